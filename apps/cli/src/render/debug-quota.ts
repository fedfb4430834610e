import type { Picture } from "../view/picture.ts";
import { modelState } from "../view/row-state.ts";
import { cooldownText } from "./cooldown.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { type Line, span } from "./line.ts";
import type { Look } from "./look.ts";
import { percentText, tokensText } from "./quantity.ts";
import { secondsText } from "./quota-footer.ts";
import { modelCells } from "./short-model.ts";
import { stateSpan } from "./state-word.ts";

const COLUMNS: readonly Column[] = [
  { header: "MODEL", min: 10, cut: "middle", card: "title" },
  { header: "MODE", dropped: 1, card: "title" },
  { header: "GAP p50", align: "right" },
  { header: "p95", align: "right" },
  { header: "SAMPLES", align: "right", dropped: 3 },
  { header: "CFG", align: "right" },
  { header: "AUTO", align: "right" },
  { header: "CONF", align: "right", dropped: 2 },
  { header: "RESERVED", align: "right", wideOnly: true, card: "none" },
  { header: "LEFT 5H", align: "right", wideOnly: true, card: "none" },
  { header: "LEFT 7D", align: "right", wideOnly: true, card: "none" },
  { header: "COOLDOWN", min: 8, gives: "last" },
  { header: "STATE", card: "state" },
];

/**
 * What the quota rules work with: how far calculated resets were off (GAP, signed), the configured and the learned
 * warning threshold, the mode, and the cooldown.
 */
export function renderDebugQuota({ view, nowSec }: Picture, look: Look): Line[] {
  const modelCell = modelCells(Object.keys(view.models));
  const rows = Object.entries(view.models).map(([name, model]): Cell[] => [
    modelCell(name),
    cell(model.reroute_mode),
    cell(secondsText(model.gap_seconds_p50)),
    cell(secondsText(model.gap_seconds_p95)),
    cell(String(model.gap_samples)),
    cell(percentText(model.warn_pct)),
    cell(percentText(model.warn_pct_auto)),
    cell(model.warn_pct_confidence.toFixed(2)),
    cell(tokensText(model.reserved_tokens)),
    cell(percentText(model.headroom_pct_rolling)),
    cell(percentText(model.headroom_pct_weekly)),
    cell(cooldownText(model, nowSec, look)),
    { spans: [stateSpan(modelState(model, view, nowSec))] },
  ]);
  return rows.length === 0 ? [[span("no model yet", "dim")]] : renderGrid(COLUMNS, rows, look);
}
