import type { ExplainedRequest, UsageEvent } from "@ccp/usage-contract";
import type { ExplainedAttempt, Explanation } from "../view/explanation.ts";
import { decisionConstraints } from "../view/would-constraints.ts";
import { dateText, secondsClockText, untilText } from "./clock.ts";
import { constraintTable } from "./decision.ts";
import { type Fact, fact, renderFacts } from "./facts.ts";
import { splitLine } from "./flow.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { limitWord } from "./limit-word.ts";
import { type Line, paintLines, type Span, span } from "./line.ts";
import { statusTone } from "./log-line.ts";
import type { Look } from "./look.ts";
import { millisText, percentText, tokensText } from "./quantity.ts";
import { secondsText } from "./quota-footer.ts";
import { decisionText, refusalText, ruleText } from "./rule-text.ts";
import { ruleWord } from "./rule-words.ts";
import { safeText } from "./safe-text.ts";

const COLUMNS: readonly Column[] = [
  { header: "TRY", card: "title" },
  { header: "AT" },
  { header: "LANE", min: 6, gives: "last", card: "title" },
  { header: "RULE", min: 8 },
  { header: "KEY", wideOnly: true, card: "none" },
  { header: "UPSTREAM", min: 12, cut: "middle", gives: "first", wideOnly: true, card: "none" },
  { header: "TOOK", align: "right" },
  { header: "STATUS", card: "state" },
];

/** The whole answer of `cc explain` for people. `told`: what a running gateway says of the request. */
export function renderExplanation(
  explanation: Explanation,
  told: ExplainedRequest | null,
  nowSec: number,
  look: Look,
): string {
  const { first, attempts, rid } = explanation;
  const title: Line = [span("request ", "bold"), span(safeText(rid))];
  const date: Line = [span(dateText(first.ts, look.timeZone), "dim")];
  const rows = attempts.map((attempt) => attemptRow(attempt, look));
  const lines: Line[] = [
    splitLine(title, date, look.columns, look),
    ...renderFacts(requestFacts(explanation, told), look),
    ...(rows.length === 0 ? [] : [[], ...renderGrid(COLUMNS, rows, look)]),
    [],
    [span("weighed before the first try", "bold")],
    ...renderFacts(inputFacts(first, nowSec, look), look),
    ...toldTable(told, look),
  ];
  return paintLines(lines, look);
}

/** The limits as they stood at the first decision. */
function toldTable(told: ExplainedRequest | null, look: Look): Line[] {
  const [decision] = told?.decisions ?? [];
  const limits = decision === undefined ? [] : decisionConstraints(decision);
  return decision === undefined || limits.length === 0
    ? []
    : [[], ...constraintTable(limits, decision.ts, look)];
}

function requestFacts(explanation: Explanation, told: ExplainedRequest | null): Fact[] {
  const { first, end, attempts, wastedMs, repairs } = explanation;
  const last = attempts.at(-1)?.decision ?? end ?? first;
  return [
    fact("model", [safeText(first.model), first.op === "stream" ? "streamed" : "in one piece"]),
    { label: "end", value: [[endSpan(explanation)]] },
    ...whyFacts(told),
    {
      label: told === null ? "why" : "rule",
      value: `${ruleWord(last.reroute_decision)} (${last.reroute_decision}): ${ruleWords(explanation, last)}`,
    },
    ...(told === null && isRefusal(explanation) ? [fact("", [NOT_TOLD], "dim")] : []),
    { label: "kind", value: `${last.decision}: ${decisionText(last)}` },
    fact("time", timeParts(end)),
    fact("wasted", wastedMs > 0 ? [`${millisText(wastedMs)} on lanes that did not serve it`] : ["nothing"]),
    fact("tokens", tokenParts(end)),
    fact("counted", countedParts(explanation)),
    fact("repairs", repairs.length === 0 ? ["none"] : repairs.map(safeText)),
  ];
}

const NOT_TOLD = "the log keeps no more; the gateway tells more while it runs";

function whyFacts(told: ExplainedRequest | null): Fact[] {
  const decisions = told?.decisions ?? [];
  return decisions.map(({ reason }, index) => {
    return { label: decisions.length === 1 ? "why" : `why ${index + 1}`, value: safeText(reason) };
  });
}

/** The gateway answered by itself, without having asked any lane. */
function isRefusal({ attempts, end }: Explanation): boolean {
  return attempts.length === 0 && end !== null;
}

function ruleWords(explanation: Explanation, { reroute_decision, status }: UsageEvent): string {
  return isRefusal(explanation) ? refusalText(status) : ruleText(reroute_decision);
}

function endSpan({ end, attempts }: Explanation): Span {
  if (end === null) return span("not written: it still runs, or its gateway died", "warn");
  const where = attempts.length === 0 ? "answered by the gateway itself" : `from ${safeText(end.lane)}`;
  const how = end.reason === "ok" ? "" : `, ${end.reason}`;
  const error = end.err_type === "" || end.err_type === String(end.status) ? "" : ` (${end.err_type})`;
  return span(`${end.status} ${where}${how}${error}`, end.reason === "ok" ? statusTone(end.status) : "warn");
}

function timeParts(end: UsageEvent | null): string[] {
  if (end === null) return [];
  const { latency_ms, ttft_ms, stream_ms } = end;
  return [
    `${millisText(latency_ms)} in all`,
    ...(ttft_ms === null ? [] : [`${millisText(ttft_ms)} to the first byte`]),
    ...(stream_ms === null ? [] : [`${millisText(stream_ms)} streaming`]),
  ];
}

function tokenParts(end: UsageEvent | null): string[] {
  if (end === null || end.usage_source === null) return ["none counted"];
  const part = (name: string, count: number | null): string[] =>
    count === null ? [] : [`${name} ${tokensText(count)}`];
  return [
    ...part("in", end.input_tokens),
    ...part("cache write", end.cache_creation_tokens),
    ...part("cache read", end.cache_read_tokens),
    ...part("out", end.output_tokens),
    end.usage_source === "estimate" ? "estimated" : `from the answer's ${end.usage_source}`,
  ];
}

function countedParts({ countedTokens, predictedTokens }: Explanation): string[] {
  const predicted = `${tokensText(predictedTokens)} predicted`;
  if (countedTokens === null) return [`${predicted}, ? counted`];
  const off = countedTokens === 0 ? null : (predictedTokens - countedTokens) / countedTokens;
  const by = off === null ? "" : Math.abs(off) < 0.005 ? ", exact" : `, ${offText(off)}`;
  return [`${predicted}, ${tokensText(countedTokens)} counted${by}`];
}

/** Far off it is a factor that says more: ten times, not 900 %. */
function offText(off: number): string {
  if (off >= 1) return `${(off + 1).toFixed(1)} times too much`;
  return `${Math.round(Math.abs(off) * 100)}% too ${off > 0 ? "much" : "little"}`;
}

function attemptRow({ number, decision, tookMs, status, outcome }: ExplainedAttempt, look: Look): Cell[] {
  const retry = decision.retry ? " twice" : "";
  return [
    cell(String(number)),
    cell(secondsClockText(decision.ts, look.timeZone), "dim"),
    cell(safeText(decision.lane)),
    cell(ruleWord(decision.reroute_decision)),
    cell(decision.header_mode === "" ? "-" : `${safeText(decision.header_mode)}${retry}`, "dim"),
    cell(safeText(decision.upstream) || "-", "dim"),
    cell(tookMs === null ? "?" : millisText(tookMs)),
    { spans: [outcomeSpan(outcome, status)] },
  ];
}

function outcomeSpan(outcome: ExplainedAttempt["outcome"], status: number | null): Span {
  switch (outcome) {
    case "answered":
      return span(`${status ?? "?"} answered`, "ok");
    case "limit":
      return span(status === null ? "limit, moved on" : `${status} limit`, "warn");
    case "failed":
      return span(status === null ? "failed, moved on" : `${status} failed`, "block");
    case "open":
      return span("no end", "dim");
    default:
      outcome satisfies never;
      return span("?");
  }
}

function inputFacts(first: UsageEvent, nowSec: number, look: Look): Fact[] {
  const { rolling_used_tokens: rolling, rolling_capacity_tokens: rollingCap } = first;
  const { weekly_used_tokens: weekly, weekly_capacity_tokens: weeklyCap } = first;
  const learned = first.quota_warn_threshold === first.warn_pct_cfg ? "configured" : "learned";
  const gap =
    first.gap_samples === 0
      ? []
      : [`gap p50 ${secondsText(first.gap_seconds_p50)} p95 ${secondsText(first.gap_seconds_p95)}`];
  return [
    fact("mode", [first.reroute_mode]),
    fact(limitWord("rolling"), [windowText(rolling, rollingCap, first.headroom_pct_rolling)]),
    fact(limitWord("weekly"), [windowText(weekly, weeklyCap, first.headroom_pct_weekly)]),
    fact("predicted", [`${tokensText(first.predicted_tokens)} counted tokens`]),
    fact("warn at", [
      `${percentText(first.quota_warn_threshold)} (${learned})`,
      `conf ${first.warn_pct_confidence.toFixed(2)}`,
      ...gap,
    ]),
    fact("cooldown", [cooldownText(first, nowSec, look)]),
  ];
}

function windowText(used: number, capacity: number | null, left: number | null): string {
  if (capacity === null) return `${tokensText(used)} used, no cap known`;
  const share = percentText(capacity === 0 ? 1 : used / capacity);
  const room = left === null ? "" : `, headroom ${percentText(left)}`;
  return `${tokensText(used)} / ${tokensText(capacity)} (${share})${room}`;
}

function cooldownText(
  { cooldown_active, cooldown_next_ts: until }: UsageEvent,
  nowSec: number,
  look: Look,
): string {
  if (!cooldown_active) return "none";
  if (until === null) return "active";
  const text = untilText(until, nowSec, look.timeZone);
  return until > nowSec ? `until ${text}` : text;
}
