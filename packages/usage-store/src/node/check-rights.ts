import { statSync } from "node:fs";

/** A file or folder that others can change, and what ends that. */
export interface RightsFault {
  readonly path: string;
  /** A clause about it. */
  readonly what: string;
  /** A command. */
  readonly mend: string;
}

const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;

/**
 * Whether somebody else can write what the gateway goes by: where keys are sent, what is counted. `null`: nobody can, or that
 * cannot be told.
 *
 * @param owner User id of this process; `undefined` where there are none.
 */
export function checkRights(
  path: string,
  owner: number | undefined = process.getuid?.(),
): RightsFault | null {
  if (owner === undefined) return null;
  const stats = statOf(path);
  if (stats === null) return null;
  const { mode, uid, gid } = stats;
  const [rights, octal] = [stats.isDirectory() ? "700" : "600", (mode & 0o777).toString(8).padStart(4, "0")];
  if (uid !== owner && uid !== 0) {
    return { path, what: `belongs to another user (${uid})`, mend: `chown ${owner} ${quoted(path)}` };
  }
  // A group that is one user's own, as many systems make it, is nobody else.
  const isOwnGroup = gid === uid && uid !== 0;
  if ((mode & OTHERS_WRITE) === 0 && ((mode & GROUP_WRITE) === 0 || isOwnGroup)) return null;
  const who = (mode & OTHERS_WRITE) === 0 ? "its group" : "everybody";
  return { path, what: `can be changed by ${who} (${octal})`, mend: `chmod ${rights} ${quoted(path)}` };
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
