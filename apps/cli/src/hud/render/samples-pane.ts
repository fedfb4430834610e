import type { DecisionSample } from "@ccp/usage-contract";
import { secondsClockText } from "../../render/clock.ts";
import { type Span, span } from "../../render/line.ts";
import { percentText, tokensText } from "../../render/quantity.ts";
import { ruleWord } from "../../render/rule-words.ts";
import { shortModels } from "../../render/short-model.ts";
import { shownData } from "../state/hud-state.ts";
import { sampleRows } from "../view/pane-rows.ts";
import { fixedWidth } from "./fixed-table.ts";
import { drawList, type ListColumn } from "./list-pane.ts";
import type { DrawnPane, PaneInput, PaneView } from "./pane.ts";

/** What outside orchestrators asked about: dry runs, nothing was sent. */
export const samplesPane: PaneView = {
  pane: "samples",
  title: "orchestrator samples",
  wants: (state) => 1 + Math.max(1, sampleRows(state).length),
  draw: drawSamples,
};

type SampleColumn = ListColumn<DecisionSample>;

function drawSamples(input: PaneInput): DrawnPane {
  const { state } = input;
  const shorts = shortModels(shownData(state).samples.map(({ accepted }) => accepted.model));
  return drawList(
    {
      pane: "samples",
      rows: sampleRows(state),
      id: ({ id }) => id,
      columns: (width) => sampleColumns(width, shorts),
      total: shownData(state).samples.length,
      empty: "no orchestrator has asked: POST /v1/decisions",
    },
    input,
  );
}

function sampleColumns(width: number, shorts: ReadonlyMap<string, string>): SampleColumn[] {
  const columns: SampleColumn[] = [
    { header: "TIME", width: 8, cell: ({ ts }, look) => span(secondsClockText(ts, look.timeZone), "dim") },
    {
      header: "MODEL",
      width: width >= 100 ? 18 : width >= 70 ? 12 : 11,
      cut: "middle",
      cell: ({ accepted }) => span(shorts.get(accepted.model) ?? accepted.model),
    },
    { header: "TOKENS", width: 6, align: "right", cell: ({ accepted }) => countSpan(accepted.input_tokens) },
    { header: "WOULD GO", width: 10, cell: wouldCell },
    { header: "USED", width: 4, align: "right", cell: usedCell },
  ];
  if (width >= 84) columns.push({ header: "FROM", width: 16, cell: fromCell });
  const why = Math.max(8, width - fixedWidth(columns) - 2);
  return [...columns, { header: "WHY", width: why, cell: whyCell }];
}

function countSpan(tokens: number | undefined): Span {
  return tokens === undefined ? span("-", "dim") : span(tokensText(tokens));
}

function wouldCell({ would }: DecisionSample): Span {
  return would.lane === null ? span("refused", "block") : span(would.lane);
}

function usedCell({ would }: DecisionSample): Span {
  const left = would.quota_headroom_pct;
  if (left === null) return span("-", "dim");
  return span(percentText(1 - left), would.block ? "block" : would.warn ? "warn" : "plain");
}

function fromCell({ accepted }: DecisionSample): Span {
  return span(accepted.source ?? accepted.route ?? "-", "dim");
}

function whyCell({ accepted, would }: DecisionSample): Span {
  const said = accepted.escalation_reason ?? accepted.note;
  const rule = ruleWord(would.reroute_decision);
  return span(
    said === undefined ? rule : `${rule}; ${said}`,
    would.reroute_decision === "quota_pass" ? "dim" : "plain",
  );
}
