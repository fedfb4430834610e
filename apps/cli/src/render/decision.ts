import type { DecisionSample, Would } from "@ccp/usage-contract";
import { type WouldConstraint, wouldConstraints, wouldLanes } from "../view/would-constraints.ts";
import { dateText, resetText } from "./clock.ts";
import { type Fact, fact, renderFacts } from "./facts.ts";
import { splitLine } from "./flow.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { type Line, paintLines, type Span, span, type Tone } from "./line.ts";
import type { Look } from "./look.ts";
import { percentText, tokensText } from "./quantity.ts";
import { decisionText } from "./rule-text.ts";
import { safeText } from "./safe-text.ts";

const COLUMNS: readonly Column[] = [
  { header: "LANE", min: 6, card: "title" },
  { header: "LIMIT", min: 6, cut: "middle", card: "title" },
  { header: "USED", align: "right" },
  { header: "TOKENS", align: "right", wideOnly: true, card: "none" },
  { header: "LEFT", align: "right" },
  { header: "RESETS", min: 12 },
  { header: "STATE", card: "state" },
];

/** The whole answer of `cc decide` for people. */
export function renderDecision(sample: DecisionSample, look: Look): string {
  const { would, accepted, ts } = sample;
  const arrow = look.ascii ? "->" : "→";
  const target = would.lane === null ? span("refused", "block") : span(safeText(would.lane), "bold");
  const title: Line = [span(safeText(accepted.model), "bold"), span(` ${arrow} `), target];
  const date: Line = [span(dateText(ts, look.timeZone), "dim")];
  const constraints = wouldConstraints(would);
  const lines: Line[] = [
    splitLine(title, date, look.columns, look),
    ...renderFacts(facts(sample, look), look),
    ...(constraints.length === 0 ? [] : [[], ...constraintTable(constraints, ts, look)]),
  ];
  return paintLines(lines, look);
}

function facts({ would, accepted, ts }: DecisionSample, look: Look): Fact[] {
  const lanes = wouldLanes(would).map(safeText);
  const preferred = lanes[0] ?? null;
  return [
    { label: "why", value: safeText(would.reason) },
    {
      label: "rule",
      value: `${would.reroute_decision} (${would.decision}: ${decisionText(would.decision)})`,
    },
    fact("lanes", lanes.length < 2 ? lanes : [`${lanes[0]} first`, `then ${lanes.slice(1).join(", ")}`]),
    fact("request", requestParts(accepted)),
    fact("predicted", [
      would.predicted_tokens === null ? "?" : `${tokensText(would.predicted_tokens)} counted tokens`,
    ]),
    fact(preferred === null ? "room" : `on ${preferred}`, roomParts(would)),
    { label: "state", value: [[stateSpan(would)]] },
    fact("opens", would.retry_ts === null ? [] : [resetText(would.retry_ts, ts, look.timeZone)]),
  ];
}

function requestParts({ input_tokens, max_tokens }: DecisionSample["accepted"]): string[] {
  const input =
    input_tokens === undefined ? "a typical one, 1000 tokens in" : `${tokensText(input_tokens)} tokens in`;
  return [input, ...(max_tokens === undefined ? [] : [`at most ${tokensText(max_tokens)} out`])];
}

/** The gateway tells shares that are left; people are shown what is used, here as everywhere. */
function roomParts(would: Would): string[] {
  const used = (left: number | null): string => percentText(left === null ? null : 1 - left);
  const tokens =
    would.headroom_tokens === null
      ? "tokens left unknown"
      : `${tokensText(would.headroom_tokens)} tokens left`;
  return [
    tokens,
    `rolling ${used(would.headroom_pct_rolling)} used`,
    `weekly ${used(would.headroom_pct_weekly)} used`,
  ];
}

const STATES: Readonly<Record<WouldConstraint["state"], readonly [string, Tone]>> = {
  ok: ["ok", "ok"],
  warn: ["warn", "warn"],
  block: ["BLOCK", "block"],
};

function stateSpan({ warn, block }: Would): Span {
  return span(...STATES[block ? "block" : warn ? "warn" : "ok"]);
}

/** Limits with their figures at `nowSec`. */
export function constraintTable(constraints: readonly WouldConstraint[], nowSec: number, look: Look): Line[] {
  const rows = constraints.map((one): Cell[] => [
    cell(safeText(one.lane)),
    cell(safeText(one.name)),
    cell(percentText(one.usedPct), STATES[one.state][1]),
    cell(tokensCell(one)),
    cell(one.headroomTokens === null ? "-" : tokensText(one.headroomTokens)),
    cell(one.resetTs === null ? "-" : resetText(one.resetTs, nowSec, look.timeZone)),
    { spans: [span(...STATES[one.state])] },
  ]);
  return renderGrid(COLUMNS, rows, look);
}

function tokensCell({ usedTokens, capacityTokens }: WouldConstraint): string {
  if (usedTokens === null) return "-";
  return capacityTokens === null
    ? tokensText(usedTokens)
    : `${tokensText(usedTokens)} / ${tokensText(capacityTokens)}`;
}
