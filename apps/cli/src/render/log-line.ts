import type { UsageEvent } from "@ccp/usage-contract";
import { modelKey } from "@ccp/usage-contract/core";
import { dayText, secondsClockText } from "./clock.ts";
import { type Line, paintLines, type Span, span, type Tone } from "./line.ts";
import type { Look } from "./look.ts";
import { millisText, tokensText } from "./quantity.ts";
import { ruleWord } from "./rule-words.ts";
import { safeText } from "./safe-text.ts";
import { shortModel } from "./short-model.ts";
import { cutMiddle, padEnd, padStart, textWidth } from "./text-width.ts";

type ColumnName = "time" | "model" | "lane" | "status" | "rule" | "took" | "ttft" | "in" | "out" | "rid";

interface Column {
  readonly name: ColumnName;
  readonly header: string;
  readonly width: number;
  readonly align?: "right";
  /** Narrower screens go without it. */
  readonly from: number;
}

/** Widths do not follow the values: lines come one by one, and must stand below each other all the same. */
const COLUMNS: readonly Column[] = [
  { name: "time", header: "TIME", width: 8, from: 0 },
  { name: "model", header: "MODEL", width: 14, from: 0 },
  { name: "lane", header: "LANE", width: 9, from: 0 },
  { name: "status", header: "ST", width: 3, from: 0 },
  { name: "rule", header: "RULE", width: 16, from: 78 },
  { name: "took", header: "TOOK", width: 5, align: "right", from: 0 },
  { name: "ttft", header: "TTFT", width: 5, align: "right", from: 90 },
  { name: "in", header: "IN", width: 6, align: "right", from: 100 },
  { name: "out", header: "OUT", width: 5, align: "right", from: 100 },
  { name: "rid", header: "REQUEST", width: 11, from: 0 },
];
const GAP = "  ";
/** From here on an id stands whole. Its first characters are a time, and are enough for `cc explain`. */
const FULL_RID_COLUMNS = 116;
const FULL_RID = 26;
/** A folded name that is longer is rare. */
const MAX_MODEL = 26;

/** Labels of the columns, once above the lines. */
export function renderLogHeader(look: Look): string {
  const line = shown(look).map(({ header, width, align }) => pad(header, width, align));
  return paintLines([[span(line.join(GAP), "dim")]], look);
}

/** A day of its own: times alone would not tell yesterday's lines from today's. */
export function renderLogDay(ts: number, look: Look): string {
  return paintLines([[span(dayText(ts, look.timeZone), "bold")]], look);
}

/** One line of the log for people. */
export function renderLogLine(event: UsageEvent, look: Look): string {
  const cells = values(event, look);
  const line = shown(look).flatMap((column, index): Line => {
    const { text, tone } = cells[column.name];
    const safe = safeText(column.name === "model" ? modelText(text, column.width) : text);
    // An id without its mark, so that it can be copied.
    const cut =
      column.name === "rid" ? safe.slice(0, column.width) : cutMiddle(safe, column.width, look.ascii);
    return [...(index === 0 ? [] : [span(GAP)]), span(pad(cut, column.width, column.align), tone)];
  });
  return paintLines([line], look);
}

/** Lines come one by one: each name by itself is shortened only where the whole one has no room. */
function modelText(name: string, width: number): string {
  return textWidth(name) <= width ? name : shortModel(name);
}

function shown(look: Look): Column[] {
  const columns = COLUMNS.filter(({ from }) => look.columns >= from).map((column) =>
    column.name === "rid" && look.columns >= FULL_RID_COLUMNS ? { ...column, width: FULL_RID } : column,
  );
  const used = columns.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length);
  // What the others leave goes to the longest names.
  const spare = Math.max(0, look.columns - used);
  return columns.map((column) =>
    column.name === "model" ? { ...column, width: Math.min(MAX_MODEL, column.width + spare) } : column,
  );
}

function pad(text: string, width: number, align: "right" | undefined): string {
  return align === "right" ? padStart(text, width) : padEnd(text, width);
}

function values(event: UsageEvent, look: Look): Readonly<Record<ColumnName, Span>> {
  const isDecision = event.event === "decision";
  const counted = event.input_tokens === null && event.output_tokens === null ? null : rawInput(event);
  return {
    time: span(secondsClockText(event.ts, look.timeZone), "dim"),
    model: span(modelKey(event.model)),
    lane: span(event.lane),
    status: isDecision
      ? span(look.ascii ? "..." : "···", "dim")
      : span(String(event.status), statusTone(event.status)),
    rule: ruleSpan(event),
    took: span(isDecision ? "" : millisText(event.latency_ms)),
    ttft: span(isDecision ? "" : millisText(event.ttft_ms), "dim"),
    in: isDecision
      ? span(`~${tokensText(event.predicted_tokens)}`, "dim")
      : span(counted === null ? "-" : tokensText(counted)),
    out: span(isDecision ? "" : event.output_tokens === null ? "-" : tokensText(event.output_tokens)),
    rid: span(event.rid, "dim"),
  };
}

function rawInput(event: UsageEvent): number {
  return (event.input_tokens ?? 0) + (event.cache_creation_tokens ?? 0) + (event.cache_read_tokens ?? 0);
}

export function statusTone(status: number): Tone {
  if (status >= 500) return "block";
  if (status >= 400) return "warn";
  return "ok";
}

/** How it ended, where it did not end well; else the rule that chose the lane. */
function ruleSpan(event: UsageEvent): Span {
  const { event: kind, reason, err_type, reroute_decision: rule } = event;
  if (kind !== "decision" && reason !== "ok") {
    return span(reason === "error" && err_type !== "" ? `error ${err_type}` : reason, "warn");
  }
  return span(ruleWord(rule), rule === "quota_pass" ? "dim" : "cool");
}
