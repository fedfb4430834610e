import { type Line, lineWidth, paintLine } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { safeText } from "../../render/safe-text.ts";

/** Between these two the terminal shows nothing half drawn. */
const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";
const ERASE_LINE_END = "\u001b[K";
/** Second screen, its own cursor hidden, and no wrapping: a glyph wider than was thought must not push lines down. */
export const ENTER_SCREEN = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[H\u001b[2J";
/** The second part stands for terminals that were left in the middle of a frame. */
export const LEAVE_SCREEN = "\u001b[?2026l\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l";

/** What the terminal shows: painted lines from the top. */
export interface ShownScreen {
  readonly columns: number;
  readonly lines: readonly string[];
}

export interface DrawnScreen {
  /** What to write; empty when nothing has changed. */
  readonly output: string;
  readonly shown: ShownScreen;
}

/**
 * The bytes that turn one frame into the next: only lines that differ, each erased behind its text and not before,
 * so that nothing flickers even where a terminal knows no synchronised output.
 *
 * @param before `null` draws everything, as after a resize.
 */
export function drawScreen(lines: readonly Line[], look: Look, before: ShownScreen | null): DrawnScreen {
  const painted = lines.map((line) => paintSafe(line, look));
  const known =
    before?.columns === look.columns && before.lines.length === painted.length ? before.lines : null;
  const changes = painted.flatMap((text, row) => {
    if (known?.[row] === text) return [];
    // At the right margin there is nothing to erase, and the last character would be what is erased.
    const isFull = lineWidth(lines[row] ?? []) >= look.columns;
    return [`\u001b[${row + 1};1H${isFull ? `\u001b[2K` : ""}${text}${isFull ? "" : ERASE_LINE_END}`];
  });
  const shown = { columns: look.columns, lines: painted };
  if (changes.length === 0) return { output: "", shown };
  return { output: `${BEGIN}${changes.join("")}${END}`, shown };
}

/** The last gate before the terminal: whatever a text may hold, no control character passes. */
function paintSafe(line: Line, look: Look): string {
  return paintLine(
    line.map(({ text, tone }) => ({ text: safeText(text), tone })),
    look,
  );
}
