import type { ModelUsage } from "@ccp/usage-contract";
import type { Picture } from "../view/picture.ts";
import { modelState } from "../view/row-state.ts";
import { sparkText } from "./bar.ts";
import { type Cell, type Column, cell, renderGrid, WIDE_COLUMNS } from "./grid.ts";
import { type Line, span } from "./line.ts";
import type { Look } from "./look.ts";
import { millisText, rateText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";
import { modelCells } from "./short-model.ts";
import { stateSpan } from "./state-word.ts";

const COLUMNS: readonly Column[] = [
  { header: "MODEL", min: 10, cut: "middle", card: "title" },
  { header: "SERVED BY", min: 9, gives: "last" },
  { header: "REQ", align: "right" },
  { header: "OUT/S", align: "right" },
  { header: "DIRTY", align: "right" },
  { header: "SESSION", align: "right", wideOnly: true, card: "none" },
  { header: "TTFT p50", align: "right" },
  { header: "p90", align: "right", dropped: 2 },
  { header: "p99", align: "right" },
  { header: "BEST HOURS", dropped: 1 },
  { header: "24 HOURS", wideOnly: true, card: "none" },
  { header: "STATE", card: "state" },
];

/**
 * Speed per model over the rolling window, over all lanes that served it: output tokens a second while streaming (OUT/S) and over the whole
 * request (DIRTY), the session's, time to the first token, and the hours that were fastest.
 */
export function renderSpeeds({ view, nowSec }: Picture, look: Look): Line[] {
  const modelCell = modelCells(Object.keys(view.models));
  const rows = Object.entries(view.models).map(([name, model]): Cell[] => {
    const { rolling, session, ttft_ms } = model.speeds;
    return [
      modelCell(name),
      cell(safeText(servedBy(model))),
      cell(String(model.speeds.rolling_samples)),
      cell(rateText(rolling.out_elr_tps)),
      cell(rateText(rolling.out_dirty_tps)),
      cell(rateText(session.out_elr_tps)),
      cell(millisText(ttft_ms.p50)),
      cell(millisText(ttft_ms.p90)),
      cell(millisText(ttft_ms.p99)),
      cell(hoursText(model, look)),
      cell(trendText(model, look)),
      { spans: [stateSpan(modelState(model, view, nowSec))] },
    ];
  });
  return rows.length === 0 ? [[span("no model yet", "dim")]] : renderGrid(COLUMNS, rows, look);
}

/** Speeds are told per model, over all lanes that have served it; the busiest now comes first. */
function servedBy({ lanes }: ModelUsage): string {
  if (lanes === undefined) return "?";
  const names = Object.entries(lanes).sort(([, a], [, b]) => b.reqs - a.reqs);
  return names.length === 0 ? "-" : names.map(([lane]) => lane).join(", ");
}

export interface FastHour {
  /** `03:00`, in the gateway's own time zone. */
  readonly clock: string;
  readonly perSecond: number;
}

/** The hours of the day with the highest output rate, fastest first. Hours with too few samples have no rate. */
export function fastestHours(model: ModelUsage, count: number): FastHour[] {
  return model.speeds.hourly
    .flatMap(({ hour, out_elr_tps }) => (out_elr_tps === null ? [] : [{ hour, perSecond: out_elr_tps }]))
    .sort((a, b) => b.perSecond - a.perSecond)
    .slice(0, count)
    .map(({ hour, perSecond }) => ({ clock: `${String(hour).padStart(2, "0")}:00`, perSecond }));
}

function hoursText(model: ModelUsage, look: Look): string {
  const hours = fastestHours(model, look.columns < WIDE_COLUMNS ? 1 : 2);
  return hours.length === 0 ? "-" : hours.map(({ clock }) => clock).join(", ");
}

function trendText(model: ModelUsage, look: Look): string {
  const byHour = new Map(model.speeds.hourly.map(({ hour, out_elr_tps }) => [hour, out_elr_tps]));
  const rates = Array.from({ length: 24 }, (_, hour) => byHour.get(hour) ?? null);
  return rates.every((rate) => rate === null) ? "-" : sparkText(rates, look.ascii);
}
