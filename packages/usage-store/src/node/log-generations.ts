import { join } from "node:path";
import { type FileOps, hasCode } from "./file-ops.ts";

export const LOG_NAME = "usage.jsonl";

/** Path of a generation: 0 is the file being written, 1 the newest finished one. */
export function generationPath(dir: string, generation: number): string {
  return join(dir, generation === 0 ? LOG_NAME : `${LOG_NAME}.${generation}`);
}

/**
 * Makes room for a new file: shifts the finished generations up by one and turns the written file into number 1.
 * With every number in use the oldest is overwritten. A gap (left by a crash half way) is filled first, so nothing
 * is lost to it.
 */
export function shiftGenerations(ops: FileOps, dir: string, keep: number): void {
  let free = 1;
  while (free < keep && ops.identity(generationPath(dir, free)) !== null) free += 1;
  for (let generation = free - 1; generation >= 0; generation -= 1) {
    try {
      ops.rename(generationPath(dir, generation), generationPath(dir, generation + 1));
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
    }
  }
}
