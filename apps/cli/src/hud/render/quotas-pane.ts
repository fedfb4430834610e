import { WIDE_COLUMNS } from "../../render/grid.ts";
import type { Line } from "../../render/line.ts";
import { briefNote, quotaTable } from "../../render/quotas.ts";
import { shortModels } from "../../render/short-model.ts";
import type { QuotaRow } from "../../view/quota-rows.ts";
import type { RowState } from "../../view/row-state.ts";
import { gatewaySec, type HudState, shownData, shownMs } from "../state/hud-state.ts";
import { quotaRowId, quotaRows } from "../view/pane-rows.ts";
import { emptyLines } from "./empty-pane.ts";
import { NOTHING_FITS } from "./list-pane.ts";
import { listWindow } from "./list-window.ts";
import { narrowQuotas } from "./narrow-quotas.ts";
import { countNote, type DrawnPane, type PaneInput, type PaneView } from "./pane.ts";
import { markRow } from "./row-mark.ts";

/** From this width on the table of `cc quotas` has room for what matters. */
const TABLE_COLUMNS = 76;
/** Below this the room is needed for clocks and names. */
const SOURCE_COLUMNS = 90;

export const quotasPane: PaneView = {
  pane: "quotas",
  title: "quotas",
  wants: (state) => 1 + Math.max(1, quotaRows(state).length),
  draw: drawQuotas,
};

function drawQuotas({ state, look, height, nowMs }: PaneInput): DrawnPane {
  const data = shownData(state);
  const rows = quotaRows(state);
  if (rows.length === 0) return { lines: emptyLines(noRows(state), look, height), note: "" };
  const nowSec = gatewaySec(data, shownMs(state, nowMs));
  const passed = data.usage === null || data.usage.fromLogTs !== null ? 0 : nowSec - data.usage.view.ts;
  const selected = Math.max(
    0,
    rows.findIndex((row) => quotaRowId(row) === state.ui.selected.quotas),
  );
  const { start, end } = listWindow(rows.length, Math.max(1, height - 1), selected);
  const shown = rows.slice(start, end);
  const ticked = withoutRepeats(shown).map((row) => ({
    ...row,
    // A long sentence would take the room of every bar.
    note: row.note === null ? null : briefNote(row.note),
    state: tick(row.state, passed),
  }));
  // A margin on both sides; the left one is the mark's.
  const inner = { ...look, columns: look.columns - 2 };
  const parts = { tokens: inner.columns >= WIDE_COLUMNS, source: inner.columns >= SOURCE_COLUMNS };
  const table =
    inner.columns < TABLE_COLUMNS
      ? narrowQuotas(ticked, nowSec, inner)
      : quotaTable(ticked, nowSec, inner, parts);
  const marks = state.ui.hasKeys && state.ui.pane === "quotas" ? selected - start + 1 : -1;
  const lines = table.map((line, index): Line => markRow(line, index === marks, look));
  return { lines: lines.slice(0, height), note: countNote(shown.length, rows.length) };
}

function noRows(state: HudState): string[] {
  const { usage } = shownData(state);
  if (usage === null) return [`waiting for the gateway at ${state.host}`];
  if (state.ui.filter !== "" || state.ui.typing !== null || state.ui.window !== null) {
    return [NOTHING_FITS];
  }
  return [
    "no request has passed yet and no quota is configured",
    `ANTHROPIC_BASE_URL=http://${state.host} claude`,
  ];
}

/** A name stands on its first row alone: what belongs together is then seen at once. */
function withoutRepeats(rows: readonly QuotaRow[]): QuotaRow[] {
  const shorts = shortModels(rows.map(({ model }) => model));
  return rows.map((row, index) => {
    const above = rows[index - 1];
    const model = shorts.get(row.model) ?? row.model;
    if (above === undefined || above.lane !== row.lane) return { ...row, model };
    return { ...row, lane: "", model: above.model === row.model ? "" : model };
  });
}

/** The rest of a cooldown goes down between two views. */
function tick(state: RowState, passedSec: number): RowState {
  if (state.kind !== "cooldown" || state.leftSec === null) return state;
  return { kind: "cooldown", leftSec: Math.max(0, state.leftSec - passedSec) };
}
