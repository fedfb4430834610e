import { cutLine, type Line, lineWidth, span } from "./line.ts";
import type { Look } from "./look.ts";

const GAP = "  ";

/** As many parts as fit in one line; what does not fit is left out whole, except the first part. */
export function packLine(parts: readonly Line[], width: number, look: Look): Line {
  const [first, ...others] = parts;
  if (first === undefined) return [];
  let line = cutLine(first, width, look);
  for (const part of others) {
    const longer = [...line, span(GAP), ...part];
    if (lineWidth(longer) <= width) line = longer;
  }
  return line;
}

/** Left part at the start, right part at the end of the line; the left one gives way. */
export function splitLine(left: Line, right: Line, width: number, look: Look): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth === 0) return cutLine(left, width, look);
  const kept = cutLine(left, Math.max(1, width - rightWidth - GAP.length), look);
  const blank = Math.max(GAP.length, width - rightWidth - lineWidth(kept));
  return cutLine([...kept, span(" ".repeat(blank)), ...right], width, look);
}

/** Fills lines with parts, a new line where the next part does not fit. */
export function flowLines(parts: readonly Line[], width: number, look: Look): Line[] {
  const lines: Line[] = [];
  let line: Line = [];
  for (const part of parts) {
    const longer = line.length === 0 ? part : [...line, span(GAP), ...part];
    if (lineWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line.length > 0) lines.push(line);
    line = cutLine(part, width, look);
  }
  return line.length > 0 ? [...lines, line] : lines;
}
