import { sparkText } from "../../render/bar.ts";
import { type Span, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { millisText, rateText } from "../../render/quantity.ts";
import { shortModels } from "../../render/short-model.ts";
import { fastestHours } from "../../render/speeds.ts";
import { textWidth } from "../../render/text-width.ts";
import { shownData } from "../state/hud-state.ts";
import { type ModelRow, speedRows } from "../view/pane-rows.ts";
import { fixedWidth } from "./fixed-table.ts";
import { drawList, type ListColumn, valueSpan } from "./list-pane.ts";
import type { DrawnPane, PaneInput, PaneView } from "./pane.ts";

/** Output tokens a second while streaming and over the whole request, and the wait for the first one. */
export const speedsPane: PaneView = {
  pane: "speeds",
  title: "speeds",
  wants: (state) => 1 + Math.max(1, speedRows(state).length),
  draw: drawSpeeds,
};

type SpeedColumn = ListColumn<ModelRow>;

function drawSpeeds(input: PaneInput): DrawnPane {
  const { state } = input;
  const rows = speedRows(state);
  return drawList(
    {
      pane: "speeds",
      rows,
      id: ({ name }) => name,
      columns: (width) => speedColumns(width, rows),
      total: Object.keys(shownData(state).usage?.view.models ?? {}).length,
      empty: "no model yet",
    },
    input,
  );
}

function speedColumns(width: number, rows: readonly ModelRow[]): SpeedColumn[] {
  const columns: SpeedColumn[] = [
    {
      header: "REQ",
      width: 5,
      align: "right",
      cell: ({ model }) => span(String(model.speeds.rolling_samples)),
    },
    {
      header: "OUT/S",
      width: 5,
      align: "right",
      cell: ({ model }) => valueSpan(rateText(model.speeds.rolling.out_elr_tps)),
    },
    {
      header: "DIRTY",
      width: 5,
      align: "right",
      cell: ({ model }) => valueSpan(rateText(model.speeds.rolling.out_dirty_tps)),
    },
    {
      header: "TTFT",
      width: 5,
      align: "right",
      cell: ({ model }) => valueSpan(millisText(model.speeds.ttft_ms.p50)),
    },
    {
      header: "p90",
      width: 5,
      align: "right",
      cell: ({ model }) => valueSpan(millisText(model.speeds.ttft_ms.p90)),
    },
  ];
  if (width >= 62) columns.push({ header: "BEST", width: 5, cell: bestCell });
  if (width >= 90) columns.push({ header: "24 HOURS", width: 24, cell: hoursCell });
  const shorts = shortModels(rows.map(({ name }) => name));
  const longest = Math.max(...[...shorts.values()].map(textWidth), 10);
  const name = Math.min(longest, 28, width - fixedWidth(columns) - 2);
  return [
    {
      header: "MODEL",
      width: name,
      cut: "middle",
      cell: ({ name: model }) => span(shorts.get(model) ?? model),
    },
    ...columns,
  ];
}

function bestCell({ model }: ModelRow): Span {
  return valueSpan(fastestHours(model, 1)[0]?.clock ?? "-");
}

function hoursCell({ model }: ModelRow, { ascii }: Look): Span {
  const byHour = new Map(model.speeds.hourly.map(({ hour, out_elr_tps }) => [hour, out_elr_tps]));
  const rates = Array.from({ length: 24 }, (_, hour) => byHour.get(hour) ?? null);
  return rates.every((rate) => rate === null) ? span("-", "dim") : span(sparkText(rates, ascii), "cool");
}
