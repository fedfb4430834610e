import type { Check } from "../doctor/check.ts";
import { dateText } from "./clock.ts";
import { wrapText } from "./facts.ts";
import { type Line, paintLines, type Span, span } from "./line.ts";
import type { Look } from "./look.ts";
import { safeText } from "./safe-text.ts";
import { padEnd, textWidth } from "./text-width.ts";

export interface AboutMachine {
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
  /** Epoch seconds. */
  readonly ts: number;
}

const WORDS: Readonly<Record<Check["state"], Span>> = {
  ok: span("ok", "ok"),
  warn: span("warn", "warn"),
  fail: span("FAIL", "block"),
};
const WORD_WIDTH = 4;

/** A line for each check; what is wrong has a second one that says how to mend it. Nothing is cut: it may be a command. */
export function renderDoctor(checks: readonly Check[], about: AboutMachine, look: Look): string {
  const { version, platform, arch, ts } = about;
  const title: Line = [
    span(`ccp ${safeText(version)}`, "bold"),
    span(`  ${platform} ${arch}  ${dateText(ts, look.timeZone)}`, "dim"),
  ];
  const width = Math.max(0, ...checks.map(({ name }) => textWidth(safeText(name))));
  const lines = checks.flatMap((check) => checkLines(check, width, look));
  return paintLines([title, ...lines, [], [summary(checks)]], look);
}

function checkLines({ name, state, text, fix }: Check, width: number, look: Look): Line[] {
  const word = WORDS[state];
  const indent = WORD_WIDTH + 2 + width + 2;
  const head: Line = [
    word,
    span(" ".repeat(WORD_WIDTH + 2 - word.text.length)),
    span(`${padEnd(safeText(name), width)}  `, "dim"),
  ];
  const told = wrapText(safeText(text), look.columns - indent);
  const mend = fix === null ? [] : wrapText(`fix: ${safeText(fix)}`, look.columns - indent);
  const under = (line: Line): Line => [span(" ".repeat(indent)), ...line];
  const [first = [], ...others] = told;
  return [[...head, ...first], ...others.map(under), ...mend.map(under)];
}

function summary(checks: readonly Check[]): Span {
  const count = (state: Check["state"]): number => checks.filter((check) => check.state === state).length;
  const [failed, warned] = [count("fail"), count("warn")];
  if (failed > 0) return span(`${failed} FAIL, ${warned} warn, ${count("ok")} ok`, "block");
  return warned > 0 ? span(`${warned} warn, ${count("ok")} ok`, "warn") : span("all well", "ok");
}
