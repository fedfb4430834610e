import { type Line, paintLine, span, type Tone } from "./line.ts";
import type { Look } from "./look.ts";
import { safeText } from "./safe-text.ts";

const INDENT = "     ";

/** A message of one or more lines: the first with our name in the message's tone, the others indented below it. */
export function renderMessage(tone: Tone, lines: readonly string[], look: Look): string {
  const painted = lines.map((text, index) => {
    const start: Line = index === 0 ? [span("ccp: ", tone)] : [span(INDENT)];
    return `${paintLine([...start, span(safeText(text))], look)}\n`;
  });
  return painted.join("");
}
