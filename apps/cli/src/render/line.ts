import { styleText } from "node:util";
import type { Look } from "./look.ts";
import { cutEnd, textWidth } from "./text-width.ts";

/** What a piece of text means. Only the 16 basic colours are used, so light and dark terminals both read well. */
export type Tone = "plain" | "ok" | "warn" | "block" | "cool" | "dim" | "bold";

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One row of the screen, not yet painted: widths are counted on it. */
export type Line = readonly Span[];

const STYLES: Readonly<Record<Exclude<Tone, "plain">, Parameters<typeof styleText>[0]>> = {
  ok: "green",
  warn: "yellow",
  block: ["red", "bold"],
  cool: "cyan",
  dim: "dim",
  bold: "bold",
};

export function span(text: string, tone: Tone = "plain"): Span {
  return { text, tone };
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0);
}

/** Cuts a line that is too wide, with an ellipsis in the last place. */
export function cutLine(line: Line, width: number, look: Look): Line {
  if (lineWidth(line) <= width) return line;
  const kept: Span[] = [];
  let left = width - 1;
  for (const { text, tone } of line) {
    const taken = textWidth(text);
    if (taken > left) {
      // The blank makes the text too wide even where it would just fit: more follows it.
      kept.push({ text: cutEnd(`${text} `, left + 1, look.ascii), tone });
      break;
    }
    kept.push({ text, tone });
    left -= taken;
  }
  return kept;
}

/** The line as the terminal gets it. Trailing blanks are dropped: they only make copied text longer. */
export function paintLine(line: Line, look: Look): string {
  const painted = trimEnd(line).map(({ text, tone }) => (look.color ? paint(text, tone) : text));
  return painted.join("");
}

export function paintLines(lines: readonly Line[], look: Look): string {
  return lines.map((line) => `${paintLine(cutLine(trimEnd(line), look.columns, look), look)}\n`).join("");
}

function paint(text: string, tone: Tone): string {
  if (tone === "plain" || text.trim() === "") return text;
  return styleText(STYLES[tone], text, { validateStream: false });
}

function trimEnd(line: Line): Line {
  const end = line.findLastIndex(({ text }) => text.trimEnd() !== "");
  return line.slice(0, end + 1).map((part, i) => (i === end ? { ...part, text: part.text.trimEnd() } : part));
}
