import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { UsageView } from "@ccp/usage-contract";
import { isLoopbackHost } from "@ccp/usage-contract/core";
import { type StatePaths, statePaths } from "@ccp/usage-store/node";
import { CliError } from "../cli-error.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";

/**
 * Where the gateway's state and log are: CCP_STATE_DIR or CCP_LOGS_DIR of this shell, else what the gateway that runs
 * says, else where one started from here would keep them. Where two places could be meant, a note tells which.
 */
export async function gatewayFolders(session: Session): Promise<StatePaths> {
  const { client, deps, settings } = session;
  if (isChosen(session)) return statePaths(settings, deps);
  let view: UsageView | null = null;
  try {
    view = await client.usage();
  } catch (error) {
    // These files can be read without a gateway: whether one is well is for other commands to say.
    if (deps.signal.aborted || !(error instanceof CliError)) throw error;
  }
  return foldersOf(view, session);
}

/**
 * The same, with what the gateway has told already.
 *
 * @param view `null` where none answers.
 */
export async function foldersOf(view: UsageView | null, session: Session): Promise<StatePaths> {
  const { client, deps, settings, say } = session;
  const own = statePaths(settings, deps);
  const told = isChosen(session) ? null : toldFolders(view, client.url);
  if (told === null || (told.stateDir === own.stateDir && told.logsDir === own.logsDir)) return own;
  const which = told.stateDir === own.stateDir ? "logsDir" : "stateDir";
  if (!existsSync(told.stateDir) && !existsSync(told.logsDir)) {
    await say.note(
      `the gateway keeps its data in ${safeText(told[which])}, not on this machine: reading ${own[which]}`,
    );
    return own;
  }
  if (existsSync(own[which])) {
    await say.note(
      `reading the running gateway's ${safeText(told[which])}, not this shell's ${safeText(own[which])}`,
    );
  }
  return { ...own, ...told };
}

/**
 * Milliseconds that the clock of the running gateway's log is before this machine's: 0, but for a demo, whose time runs faster.
 * A log that was named, or that a variable of this shell names, is nobody's but its own.
 */
export async function logClockAheadMs(isNamed: boolean, session: Session): Promise<number> {
  const { client, deps } = session;
  if (isNamed || isChosen(session)) return 0;
  try {
    const { demo, ts } = await client.usage();
    return demo === true ? ts * 1000 - deps.nowMs() : 0;
  } catch (error) {
    if (deps.signal.aborted || !(error instanceof CliError)) throw error;
    return 0;
  }
}

function isChosen({ settings }: Session): boolean {
  return settings.stateDir !== null || settings.logsDir !== null;
}

/** Only from a gateway on this machine: elsewhere the same path is another folder. */
function toldFolders(view: UsageView | null, url: string): Pick<StatePaths, "stateDir" | "logsDir"> | null {
  const { state_dir: stateDir, logs_dir: logsDir } = view?.gateway ?? {};
  if (stateDir === undefined || logsDir === undefined) return null;
  const usable = isLoopbackHost(new URL(url).hostname) && isAbsolute(stateDir) && isAbsolute(logsDir);
  return usable ? { stateDir, logsDir } : null;
}
