import type { CalibrationWire, Learned, UnitView } from "@ccp/usage-contract";
import { clockText, dateText } from "./clock.ts";
import { splitLine } from "./flow.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { type Line, paintLines, type Span, span } from "./line.ts";
import type { Look } from "./look.ts";
import { percentText, tokensText } from "./quantity.ts";
import { secondsText } from "./quota-footer.ts";
import { safeText } from "./safe-text.ts";
import { modelCells } from "./short-model.ts";

/** From this confidence on what was learned is used. */
const TRUSTED = 0.5;

const COLUMNS: readonly Column[] = [
  { header: "MODEL", min: 10, cut: "middle", card: "title" },
  { header: "LANE", min: 6, gives: "last", card: "title" },
  { header: "GAP p50", align: "right" },
  { header: "p95", align: "right" },
  { header: "GAPS", align: "right", dropped: 2 },
  { header: "BIAS", align: "right" },
  { header: "BIASES", align: "right", dropped: 1 },
  { header: "CFG", align: "right", dropped: 3 },
  { header: "AUTO", align: "right" },
  { header: "CONF", align: "right" },
  { header: "CALC RESET", wideOnly: true, card: "none" },
  { header: "DECLARED", wideOnly: true, card: "none" },
  { header: "IN FORCE", card: "state" },
];

const UNIT_COLUMNS: readonly Column[] = [
  { header: "LANE", min: 6, card: "title" },
  { header: "WINDOW", card: "title" },
  { header: "1% IS", align: "right" },
  { header: "RISES", align: "right" },
  { header: "CONF", align: "right" },
  { header: "% OF A MILLION TOKENS", wideOnly: true, card: "none" },
  { header: "IN FORCE", card: "state" },
];

/** The whole answer of `cc calibration` for people. */
export function renderCalibration(view: CalibrationWire, url: string, look: Look): string {
  const modelCell = modelCells(Object.keys(view.models));
  const models = Object.entries(view.models).flatMap(([name, { lanes }]) =>
    Object.entries(lanes).map(([lane, learned]) => learnedRow(modelCell(name), lane, learned, look)),
  );
  const pools = Object.entries(view.pools).map(([name, pool]) =>
    learnedRow(cell(safeText(`pool ${name}`)), pool.provider, pool, look),
  );
  const units = Object.entries(view.lanes).flatMap(([lane, each]) =>
    each.units.map((unit) => unitRow(lane, unit)),
  );
  const rows = [...models, ...pools];
  const lines: Line[] = [
    ...header(view, url, look),
    ...(rows.length === 0 ? [] : [[], ...renderGrid(COLUMNS, rows, look)]),
    ...(units.length === 0 ? [] : [[], ...renderGrid(UNIT_COLUMNS, units, look)]),
  ];
  return paintLines(lines, look);
}

function header(view: CalibrationWire, url: string, look: Look): Line[] {
  const title: Line = [span("ccp ", "bold"), span(safeText(url.replace(/^https?:\/\//, "")))];
  const date: Line = [span(dateText(view.ts, look.timeZone), "dim")];
  const probe = view.probe_results;
  return [
    splitLine(title, date, look.columns, look),
    ...(probe === null ? [] : [[span(`probe file ${safeText(probe)}`, "dim")]]),
  ];
}

function learnedRow(name: Cell, lane: string, learned: Learned, look: Look): Cell[] {
  return [
    name,
    cell(safeText(lane)),
    cell(secondsText(learned.gap_seconds_p50)),
    cell(secondsText(learned.gap_seconds_p95)),
    cell(String(learned.gap_samples)),
    cell(learned.bias === null ? "-" : learned.bias.toFixed(2)),
    cell(String(learned.bias_samples)),
    cell(percentText(learned.warn_pct)),
    cell(percentText(learned.warn_pct_auto)),
    cell(learned.warn_pct_confidence.toFixed(2)),
    cell(timeText(learned.calculated_reset_ts, look)),
    cell(timeText(learned.declared_reset_ts, look)),
    { spans: [inForce(learned.warn_pct_confidence, learned.bias_samples)] },
  ];
}

function timeText(ts: number | null, look: Look): string {
  return ts === null ? "-" : clockText(ts, look.timeZone);
}

/** `learned`: it is used; `learning`: there is something, too little to use; `-`: nothing yet. */
function inForce(confidence: number, samples: number): Span {
  if (confidence >= TRUSTED) return span("learned", "ok");
  return samples > 0 ? span("learning", "warn") : span("-", "dim");
}

function unitRow(lane: string, unit: UnitView): Cell[] {
  const points = unit.points_per_million;
  const classes =
    points === null
      ? "-"
      : [
          `in ${points.input.toFixed(1)}`,
          `out ${points.output.toFixed(1)}`,
          `write ${points.cache_creation.toFixed(1)}`,
          `read ${points.cache_read.toFixed(1)}`,
        ].join(" ");
  return [
    cell(safeText(lane)),
    cell(safeText(unit.window)),
    cell(unit.tokens_per_pct === null ? "-" : tokensText(unit.tokens_per_pct)),
    cell(String(unit.spans)),
    cell(unit.confidence.toFixed(2)),
    cell(classes),
    { spans: [inForce(unit.confidence, unit.spans)] },
  ];
}
