import { realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";

/**
 * Folders that a version manager or an upgrade replaces: a service that names one stops working some day, and nobody
 * remembers why.
 */
const VERSIONED =
  /[\\/](Cellar|fnm_multishells|_npx|\.pnpm)[\\/]|[\\/]\.?(nvm|fnm|asdf|mise|volta|n)[\\/](.*[\\/])?(versions|node-versions|installs|image|tools)[\\/]/;
const TEMPORARY = /^[\\/](run|tmp|var[\\/]run|private[\\/]tmp)[\\/]/;

export interface NodePlaces {
  /** Node that runs now. */
  readonly execPath: string;
  readonly path: string | undefined;
  /** Root of the checkout that runs; its own link to Node outlives upgrades. */
  readonly checkoutDir: string | null;
}

export interface ServiceNode {
  readonly path: string;
  /** Whether the path holds after an upgrade of Node. */
  readonly lasts: boolean;
}

/** The path of Node that a service should name: the same Node by the name that is least likely to go away. */
export function serviceNode({ execPath, path, checkoutDir }: NodePlaces): ServiceNode {
  const target = realpath(execPath);
  const own = checkoutDir === null ? [] : [join(checkoutDir, "node_modules", ".ccp-node")];
  const inPath = (path ?? "")
    .split(delimiter)
    .filter(isAbsolute)
    .map((dir) => join(dir, "node"));
  const candidates = [...own, ...inPath, execPath];
  const lasting = candidates.find(
    (file) => !isFleeting(file) && target !== null && realpath(file) === target,
  );
  if (lasting !== undefined) return { path: lasting, lasts: true };
  return { path: target ?? execPath, lasts: false };
}

/** A path that an upgrade or a log-out takes away. */
export function isFleeting(file: string): boolean {
  const dir = dirname(file) + sep;
  return VERSIONED.test(dir) || TEMPORARY.test(dir);
}

function realpath(file: string): string | null {
  try {
    return realpathSync(file);
  } catch {
    return null;
  }
}
