import { statSync } from "node:fs";

/** Changes whenever the file does; `null` without one. */
export function markOf(path: string): string | null {
  try {
    const { ino, size, mtimeMs, mode } = statSync(path);
    return `${ino}:${size}:${mtimeMs}:${mode}`;
  } catch {
    return null;
  }
}
