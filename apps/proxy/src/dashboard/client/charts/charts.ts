import type { SeriesView, UsageView } from "@ccp/usage-contract";
import { byId } from "../dom.ts";
import { laneModels, laneWarn } from "../lane-model.ts";
import { readPalette } from "../palette.ts";
import type { Split } from "../series-data.ts";
import { createChartFrame } from "./chart-frame.ts";
import { createPlot } from "./plot.ts";
import { timePicture } from "./time-chart.ts";
import { tokenPicture } from "./token-chart.ts";
import { usedPicture } from "./used-chart.ts";

/** The charts of the page. */
export interface Charts {
  draw(series: SeriesView, usage: UsageView): void;
  setSplit(split: Split): void;
}

/** @param order Lanes in the catalog's order: each has its colour by its place. */
export function createCharts(order: readonly string[]): Charts {
  const plotAt = (id: string): ReturnType<typeof createPlot> => createPlot(createChartFrame(byId(id)));
  const used = plotAt("chart-used");
  const ttft = plotAt("chart-ttft");
  const latency = plotAt("chart-latency");
  const tokens = plotAt("chart-tokens");
  let split: Split = "kind";
  return {
    draw(series, usage) {
      // A chart in a part of the page that is not shown has no width to draw in.
      if (byId("chart-used").clientWidth === 0) return;
      const palette = readPalette(order);
      const warn = new Map(Object.keys(series.lanes).map((lane) => [lane, laneWarn(usage, lane)]));
      used.draw(usedPicture(series, laneModels(usage), warn, palette), palette);
      ttft.draw(timePicture(series, "ttft_ms", palette), palette);
      latency.draw(timePicture(series, "latency_ms", palette), palette);
      tokens.draw(tokenPicture(series, split, palette), palette);
    },
    setSplit(next) {
      split = next;
    },
  };
}
