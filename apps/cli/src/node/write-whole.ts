import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "@ccp/usage-store/node";

/**
 * Replaces a file by a whole new one: whoever reads it, or whatever ends this process, finds the old text or the new
 * one. Folders that are missing are made.
 *
 * @param mode Permission bits, exactly; without it the owner's alone.
 */
export function writeWhole(path: string, text: string, mode?: number): void {
  makeFolder(dirname(path));
  const target = behindLink(path);
  const draft = `${target}.${process.pid}.tmp`;
  try {
    writeAndSync(draft, text, mode);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function writeAndSync(path: string, text: string, mode: number | undefined): void {
  const file = openSync(path, "w", mode ?? 0o600);
  try {
    if (mode !== undefined) fchmodSync(file, mode);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A link stays a link: what it points at is replaced. */
function behindLink(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
