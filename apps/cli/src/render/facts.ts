import { flowLines } from "./flow.ts";
import { type Line, span, type Tone } from "./line.ts";
import type { Look } from "./look.ts";
import { padEnd, textWidth } from "./text-width.ts";

const INDENT = 2;

/** One named fact: values that stay whole, or a sentence that is broken between its words. */
export interface Fact {
  readonly label: string;
  readonly value: readonly Line[] | string;
}

/** Named facts below each other; what does not fit in a line goes on below the value. Empty ones have no line. */
export function renderFacts(facts: readonly Fact[], look: Look): Line[] {
  const shown = facts.filter(({ value }) => value.length > 0);
  const width = Math.max(0, ...shown.map(({ label }) => textWidth(label))) + 2;
  const room = look.columns - width - INDENT;
  return shown.flatMap(({ label, value }) => {
    const lines = typeof value === "string" ? wrapText(value, room) : flowLines(value, room, look);
    return lines.map((line, index): Line => {
      const start = span(`${" ".repeat(INDENT)}${padEnd(index === 0 ? label : "", width)}`, "dim");
      return [start, ...line];
    });
  });
}

/** A fact of plain values. */
export function fact(label: string, values: readonly string[], tone: Tone = "plain"): Fact {
  return { label, value: values.map((value): Line => [span(value, tone)]) };
}

/** Lines of at most `width` columns, broken at blanks; a word that is longer has a line of its own. */
export function wrapText(text: string, width: number): Line[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const last = lines.at(-1);
    const fits = last !== undefined && textWidth(last) + 1 + textWidth(word) <= width;
    if (fits) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => [span(line)]);
}
