import type { DecisionSample, Would } from "@ccp/usage-contract";
import type { RowState } from "../view/row-state.ts";
import {
  cannotAsk,
  shutState,
  type WouldConstraint,
  wouldConstraints,
  wouldLanes,
} from "../view/would-constraints.ts";
import { dateText, resetText } from "./clock.ts";
import { type Fact, fact, renderFacts } from "./facts.ts";
import { splitLine } from "./flow.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { limitWord } from "./limit-word.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { percentText, tokensText } from "./quantity.ts";
import { decisionText } from "./rule-text.ts";
import { ruleWord } from "./rule-words.ts";
import { safeText } from "./safe-text.ts";
import { stateSpan, stateTone } from "./state-word.ts";

const COLUMNS: readonly Column[] = [
  { header: "LANE", min: 6, gives: "last", card: "title" },
  { header: "LIMIT", min: 6, cut: "middle", card: "title" },
  { header: "USED", align: "right" },
  { header: "TOKENS", align: "right", wideOnly: true, card: "none" },
  { header: "LEFT", align: "right" },
  { header: "RESETS", min: 12, gives: "last" },
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
    ...(constraints.length === 0
      ? []
      : [[], ...constraintTable(constraints, ts, look, (lane) => shutState(would, lane, ts))]),
  ];
  return paintLines(lines, look);
}

function facts({ would, accepted, ts }: DecisionSample, look: Look): Fact[] {
  const names = wouldLanes(would);
  const lanes = names.map(safeText);
  const [preferred = null] = lanes;
  const shut = names[0] === undefined ? null : shutState(would, names[0], ts);
  return [
    { label: "why", value: safeText(would.reason) },
    {
      label: "rule",
      value: `${ruleWord(would.reroute_decision)} (${would.reroute_decision}; ${would.decision}: ${decisionText(would)})`,
    },
    fact("lanes", lanes.length < 2 ? lanes : [`${lanes[0]} first`, `then ${lanes.slice(1).join(", ")}`]),
    fact("not asked", cannotAsk(would).map(safeText)),
    fact("request", requestParts(accepted)),
    fact("predicted", [
      would.predicted_tokens === null ? "?" : `${tokensText(would.predicted_tokens)} counted tokens`,
    ]),
    fact(preferred === null ? "room" : `on ${preferred}`, roomParts(would, shut)),
    { label: "state", value: [[stateSpan(shut ?? { kind: countedState(would) })]] },
    fact("opens", would.retry_ts === null ? [] : [resetText(would.retry_ts, ts, look.timeZone)]),
  ];
}

function requestParts({ input_tokens, max_tokens }: DecisionSample["accepted"]): string[] {
  const input =
    input_tokens === undefined ? "a typical one, 1000 tokens in" : `${tokensText(input_tokens)} tokens in`;
  return [input, ...(max_tokens === undefined ? [] : [`at most ${tokensText(max_tokens)} out`])];
}

/** The gateway tells shares that are left; people are shown what is used, here as everywhere. */
function roomParts(would: Would, shut: RowState | null): string[] {
  const used = (left: number | null): string => percentText(left === null ? null : 1 - left);
  return [
    leftText(would, shut),
    `${limitWord("rolling")} ${used(would.headroom_pct_rolling)} used`,
    `${limitWord("weekly")} ${used(would.headroom_pct_weekly)} used`,
  ];
}

/** What the count leaves is nothing that a lane would serve while it is shut. */
function leftText({ headroom_tokens }: Would, shut: RowState | null): string {
  if (shut !== null) return "takes no request now";
  return headroom_tokens === null ? "tokens left unknown" : `${tokensText(headroom_tokens)} tokens left`;
}

function countedState({ warn, block }: Would): "ok" | "warn" | "block" {
  return block ? "block" : warn ? "warn" : "ok";
}

const NOT_SHUT = (): null => null;

/** Limits with their figures at `nowSec`. `shutOf`: why a lane takes no request whatever its limits say. */
export function constraintTable(
  constraints: readonly WouldConstraint[],
  nowSec: number,
  look: Look,
  shutOf: (lane: string) => RowState | null = NOT_SHUT,
): Line[] {
  const rows = constraints.map((one): Cell[] => {
    const own: RowState = { kind: one.state };
    const shut = shutOf(one.lane);
    return [
      cell(safeText(one.lane)),
      cell(safeText(limitWord(one.name))),
      cell(percentText(one.usedPct), stateTone(own)),
      cell(tokensCell(one)),
      cell(one.headroomTokens === null || shut !== null ? "-" : tokensText(one.headroomTokens)),
      cell(one.resetTs === null ? "-" : resetText(one.resetTs, nowSec, look.timeZone)),
      // Of a spent lane it is still of use which limit did it.
      { spans: [stateSpan(shut === null || shut.kind === "block" ? own : shut)] },
    ];
  });
  return renderGrid(COLUMNS, rows, look);
}

/** `83.7k / 380k~`: the tilde says that the limit is somebody's setting or learned, not the upstream's word. */
function tokensCell({ usedTokens, capacityTokens }: WouldConstraint): string {
  if (usedTokens === null) return "-";
  return capacityTokens === null
    ? tokensText(usedTokens)
    : `${tokensText(usedTokens)} / ${tokensText(capacityTokens)}~`;
}
