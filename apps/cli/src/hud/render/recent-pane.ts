import { secondsClockText } from "../../render/clock.ts";
import { type Span, span, type Tone } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { millisText, percentText, rateText, tokensText } from "../../render/quantity.ts";
import { shortModels } from "../../render/short-model.ts";
import { type Exchange, lanesTried, newestEntry } from "../data/exchanges.ts";
import { inputTokens } from "../data/token-minutes.ts";
import { shownData } from "../state/hud-state.ts";
import { outcomeWords } from "../view/outcome-words.ts";
import { outputRate } from "../view/output-rate.ts";
import { exchangeRows } from "../view/pane-rows.ts";
import { fixedWidth } from "./fixed-table.ts";
import { drawList, type ListColumn, valueSpan } from "./list-pane.ts";
import type { DrawnPane, PaneInput, PaneView } from "./pane.ts";

export const recentPane: PaneView = {
  pane: "recent",
  title: "recent",
  wants: (state) => 1 + Math.max(1, exchangeRows(state).length),
  draw: drawRecent,
};

type RecentColumn = ListColumn<Exchange>;

function drawRecent(input: PaneInput): DrawnPane {
  const { state } = input;
  const shorts = shortModels(shownData(state).exchanges.map(({ model }) => model));
  return drawList(
    {
      pane: "recent",
      rows: exchangeRows(state),
      id: ({ rid }) => rid,
      columns: (width) => recentColumns(width, shorts),
      total: shownData(state).exchanges.length,
      empty:
        state.data.link.kind === "live"
          ? "no request has passed since the gateway started"
          : "requests show here once the gateway answers",
    },
    input,
  );
}

/** The last column takes what is left; others come in as there is room. */
function recentColumns(width: number, shorts: ReadonlyMap<string, string>): RecentColumn[] {
  const roomy = width >= 100;
  const columns: RecentColumn[] = [
    { header: "TIME", width: 8, cell: timeCell },
    {
      header: "MODEL",
      width: width >= 150 ? 20 : roomy ? 14 : width >= 76 ? 12 : 10,
      cut: "middle",
      cell: ({ model }) => span(shorts.get(model) ?? model),
    },
    {
      header: "LANE",
      width: width >= 150 ? 24 : roomy ? 17 : width >= 70 ? 13 : 10,
      cut: "middle",
      cell: laneCell,
    },
    { header: "STATUS", width: 6, align: "right", cell: statusCell },
    {
      header: "TOOK",
      width: 5,
      align: "right",
      cell: (one) => valueSpan(millisText(one.end?.latency_ms ?? null)),
    },
  ];
  if (width >= 84) {
    columns.push({
      header: "TTFT",
      width: 5,
      align: "right",
      cell: (one) => valueSpan(millisText(one.end?.ttft_ms ?? null)),
    });
  }
  if (width >= 70) {
    columns.push({
      header: "OUT/S",
      width: 5,
      align: "right",
      cell: (one) => valueSpan(rateText(outputRate(one.end))),
    });
  }
  if (roomy) {
    columns.push(
      { header: "IN", width: 5, align: "right", cell: (one) => countCell(one, inputTokens) },
      { header: "OUT", width: 5, align: "right", cell: (one) => countCell(one, (end) => end.output_tokens) },
    );
  }
  if (width >= 116) columns.push({ header: "USED", width: 4, align: "right", cell: usedCell });
  const why = Math.max(8, width - fixedWidth(columns) - 2);
  return [...columns, { header: "WHY", width: why, cell: whyCell }];
}

function timeCell({ startTs }: Exchange, look: Look): Span {
  return span(secondsClockText(startTs, look.timeZone), "dim");
}

function laneCell(one: Exchange, look: Look): Span {
  return span(lanesTried(one).join(look.ascii ? ">" : "→"));
}

function statusCell({ end, isCut }: Exchange, look: Look): Span {
  if (end === null) return isCut ? span("?", "dim") : span(look.ascii ? "..." : "…", "cool");
  if (end.status === 0) return span("none", "block");
  return span(String(end.status), statusTone(end.status));
}

/** What went well is calm; a limit is the gateway's business, a failure somebody's. */
function statusTone(status: number): Tone {
  if (status >= 500) return "block";
  return status >= 400 ? "warn" : "ok";
}

function countCell({ end }: Exchange, count: (end: NonNullable<Exchange["end"]>) => number | null): Span {
  const tokens = end === null || end.usage_source === null ? null : count(end);
  return valueSpan(tokens === null ? "-" : tokensText(tokens));
}

/** Of the preferred lane's quota, after the request. */
function usedCell(one: Exchange): Span {
  const left = newestEntry(one)?.quota_headroom_pct ?? null;
  return left === null ? span("-", "dim") : span(percentText(1 - left));
}

function whyCell(one: Exchange): Span {
  const rule = newestEntry(one)?.reroute_decision;
  return span(outcomeWords(one), rule === "quota_pass" ? "dim" : "plain");
}
