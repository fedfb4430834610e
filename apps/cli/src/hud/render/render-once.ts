import type { Line } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { type HudState, shownData } from "../state/hud-state.ts";
import { activityLine } from "./activity-line.ts";
import { alertLines } from "./alert-lines.ts";
import { lanesLine } from "./lanes-line.ts";
import { latencyPane } from "./latency-pane.ts";
import { type Band, placeBands } from "./place-panes.ts";
import { quotasPane } from "./quotas-pane.ts";
import { recentPane } from "./recent-pane.ts";
import { samplesPane } from "./samples-pane.ts";
import { speedsPane } from "./speeds-pane.ts";
import { topLine } from "./top-line.ts";

/** From this width on, latency and speeds stand side by side. */
const TWO_COLUMNS = 110;
const MAX_RECENT = 10;
const MAX_SAMPLES = 5;

/** All panes below each other, as long as what they hold: the picture for pipes and plain terminals. */
export function renderOnce(state: HudState, look: Look, nowMs: number): Line[] {
  const still: HudState = { ...state, ui: { ...state.ui, hasKeys: false } };
  const bands = onceBands(still, look);
  const lines = bands.flatMap((band) => {
    const rows = 1 + Math.min(band.max, Math.max(...band.panes.map((pane) => pane.wants(still))));
    return withoutBlankEnd(placeBands([band], still, look, rows, nowMs));
  });
  return [
    topLine(still, look, nowMs),
    ...alertLines(still, look),
    lanesLine(still, look, nowMs),
    activityLine(still, look, nowMs),
    ...lines,
  ];
}

function onceBands(state: HudState, look: Look): Band[] {
  const data = shownData(state);
  const all = 1000;
  const charts: Band[] =
    look.columns >= TWO_COLUMNS
      ? [{ panes: [latencyPane, speedsPane], firstWidth: Math.floor(look.columns * 0.55), min: 0, max: 13 }]
      : [
          { panes: [latencyPane], min: 0, max: 13 },
          { panes: [speedsPane], min: 0, max: all },
        ];
  return [
    { panes: [quotasPane], min: 0, max: all },
    ...charts,
    // Most people run no orchestrator.
    ...(data.samples.length === 0 ? [] : [{ panes: [samplesPane], min: 0, max: MAX_SAMPLES + 1 }]),
    { panes: [recentPane], min: 0, max: MAX_RECENT + 1 },
  ];
}

function withoutBlankEnd(lines: readonly Line[]): Line[] {
  const end = lines.findLastIndex((line) => line.some(({ text }) => text.trim() !== ""));
  return lines.slice(0, end + 1);
}
