import { safeText } from "../render/safe-text.ts";
import type { Completion } from "./completion.ts";

/** As other programs number it, so that package managers can pass our answer on. */
const DIRECTIVES: Readonly<Record<Completion["files"], number>> = { none: 4, files: 0, folders: 16 };

/** What the shell scripts read: `value<TAB>description` on each line, then `:` and how to go on. */
export function completionText({ candidates, files }: Completion): string {
  const lines = candidates
    .map(({ value, description }) => [safeText(value), safeText(description)] as const)
    // A name that had to be mended is none that the gateway knows.
    .filter(([value], index) => value !== "" && value === candidates[index]?.value)
    .map(([value, description]) => `${value}\t${description}\n`);
  return `${lines.join("")}:${DIRECTIVES[files]}\n`;
}
