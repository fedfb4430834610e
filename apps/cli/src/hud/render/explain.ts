import type { DecisionSample, UsageEvent } from "@ccp/usage-contract";
import { resetText, untilText, zonedClockText } from "../../render/clock.ts";
import { type Fact, fact, renderFacts } from "../../render/facts.ts";
import { limitWord } from "../../render/limit-word.ts";
import { type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { millisText, percentText, rateText, tokensText } from "../../render/quantity.ts";
import { decisionText, refusalText, ruleText } from "../../render/rule-text.ts";
import { ruleWord } from "../../render/rule-words.ts";
import { type Exchange, lanesTried, newestEntry } from "../data/exchanges.ts";
import { inputTokens } from "../data/token-minutes.ts";
import { outcomeWords } from "../view/outcome-words.ts";
import { outputRate } from "../view/output-rate.ts";

/** Everything the gateway said about one request. */
export function explainExchange(one: Exchange, cc: string, nowSec: number, look: Look): Line[] {
  const entry = newestEntry(one);
  if (entry === null) return [];
  const arrow = look.ascii ? " -> " : " → ";
  const title: Line = [span(` ${one.model}`, "bold"), span(arrow), span(lanesTried(one).join(arrow), "bold")];
  const attempts = one.attempts.map((attempt, index) =>
    attemptFact(attempt, one.attempts[index + 1], one.end),
  );
  return [
    title,
    ...renderFacts(
      [...outcomeFacts(one, entry, look), ...attempts, ...quotaFacts(entry, nowSec, look)],
      look,
    ),
    [span(`  full entry: ${cc} explain ${one.rid}`, "dim")],
  ];
}

function outcomeFacts(one: Exchange, entry: UsageEvent, look: Look): Fact[] {
  const { end } = one;
  const counts = end === null || end.usage_source === null ? null : end;
  return [
    fact("request", [one.rid, zonedClockText(one.startTs, look.timeZone), entry.op]),
    fact("outcome", [
      end === null ? (one.isCut ? "end not seen" : "running") : `status ${end.status}`,
      outcomeWords(one),
    ]),
    fact(
      "time",
      end === null
        ? []
        : [
            `${millisText(end.latency_ms)} in all`,
            `first byte ${millisText(end.ttft_ms)}`,
            ...(outputRate(end) === null ? [] : [`${rateText(outputRate(end))} tok/s`]),
          ],
    ),
    fact(
      "tokens",
      counts === null
        ? []
        : [
            `in ${tokensText(inputTokens(counts))}`,
            `out ${tokensText(counts.output_tokens ?? 0)}`,
            `cache read ${tokensText(counts.cache_read_tokens ?? 0)}`,
            `cache written ${tokensText(counts.cache_creation_tokens ?? 0)}`,
            `(from ${counts.usage_source})`,
          ],
    ),
    {
      label: "rule",
      value: `${ruleWord(entry.reroute_decision)} (${entry.reroute_decision}): ${ruleWords(one, entry)}`,
    },
    { label: "decision", value: `${entry.decision}: ${decisionText(entry)}` },
    fact("repairs", entry.repairs),
  ];
}

function ruleWords({ attempts, end }: Exchange, { reroute_decision }: UsageEvent): string {
  return attempts.length === 0 && end !== null ? refusalText(end.status) : ruleText(reroute_decision);
}

/** How an attempt ended stands in the one after it, or in the end. */
function attemptFact(attempt: UsageEvent, next: UsageEvent | undefined, end: UsageEvent | null): Fact {
  const wasted = next === undefined ? 0 : next.wasted_retry_ms - attempt.wasted_retry_ms;
  const ended =
    next !== undefined
      ? `${next.reroute_decision === "quota_overshoot" ? "limit" : "failed"} after ${millisText(wasted)}`
      : end === null
        ? "running"
        : `status ${end.status}`;
  return fact(`attempt ${attempt.attempt}`, [attempt.lane, ruleWord(attempt.reroute_decision), ended]);
}

function quotaFacts(entry: UsageEvent, nowSec: number, look: Look): Fact[] {
  const used = (left: number | null) => percentText(left === null ? null : 1 - left);
  const window = (tokens: number, cap: number | null, left: number | null) =>
    `${used(left)} used: ${tokensText(tokens)} of ${cap === null ? "?" : tokensText(cap)}`;
  const until = entry.cooldown_next_ts;
  return [
    fact("predicted", [`${tokensText(entry.predicted_tokens)} counted tokens`]),
    fact(limitWord("rolling"), [
      window(entry.rolling_used_tokens, entry.rolling_capacity_tokens, entry.headroom_pct_rolling),
    ]),
    fact(limitWord("weekly"), [
      window(entry.weekly_used_tokens, entry.weekly_capacity_tokens, entry.headroom_pct_weekly),
    ]),
    fact("warns at", [
      percentText(entry.quota_warn_threshold),
      `learned ${percentText(entry.warn_pct_auto)}`,
      `confidence ${entry.warn_pct_confidence.toFixed(2)}`,
      `configured ${percentText(entry.warn_pct_cfg)}`,
    ]),
    fact("mode", [entry.reroute_mode]),
    fact(
      "cooldown",
      entry.cooldown_active && until !== null ? [untilText(until, nowSec, look.timeZone)] : [],
    ),
  ];
}

/** What an orchestrator asked, and what would have been done. */
export function explainSample(
  { id, ts, accepted, would }: DecisionSample,
  nowSec: number,
  look: Look,
): Line[] {
  const used = (left: number | null) => percentText(left === null ? null : 1 - left);
  const target = would.lane === null ? span("refused", "block") : span(would.lane, "bold");
  const facts: Fact[] = [
    fact("sample", [id, zonedClockText(ts, look.timeZone), "dry run, nothing was sent"]),
    fact(
      "from",
      [accepted.source, accepted.route].filter((text) => text !== undefined),
    ),
    { label: "escalation", value: accepted.escalation_reason ?? "" },
    { label: "note", value: accepted.note ?? "" },
    fact("asks for", [
      `${accepted.input_tokens === undefined ? "?" : tokensText(accepted.input_tokens)} tokens in`,
      `at most ${accepted.max_tokens === undefined ? "?" : tokensText(accepted.max_tokens)} out`,
    ]),
    { label: "why", value: would.reason },
    {
      label: "rule",
      value: `${ruleWord(would.reroute_decision)} (${would.reroute_decision}): ${ruleText(would.reroute_decision)}`,
    },
    { label: "decision", value: `${would.decision}: ${decisionText(would)}` },
    fact("predicted", [
      would.predicted_tokens === null ? "?" : `${tokensText(would.predicted_tokens)} counted tokens`,
    ]),
    fact("room", [
      `${would.headroom_tokens === null ? "?" : tokensText(would.headroom_tokens)} tokens left`,
      `${limitWord("rolling")} ${used(would.headroom_pct_rolling)} used`,
      `${limitWord("weekly")} ${used(would.headroom_pct_weekly)} used`,
    ]),
    fact("opens", would.retry_ts === null ? [] : [resetText(would.retry_ts, nowSec, look.timeZone)]),
  ];
  return [
    [span(` ${accepted.model}`, "bold"), span(look.ascii ? " -> " : " → "), target],
    ...renderFacts(facts, look),
  ];
}
