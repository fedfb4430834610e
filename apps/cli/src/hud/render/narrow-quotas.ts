import { barText } from "../../render/bar.ts";
import { resetText } from "../../render/clock.ts";
import { type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { shareText } from "../../render/quantity.ts";
import { stateSpan, stateTone } from "../../render/state-word.ts";
import type { QuotaRow } from "../../view/quota-rows.ts";
import { type FixedColumn, fixedHeader, fixedRow } from "./fixed-table.ts";

const RESETS = 13;
const STATE = 9;
const WINDOW = 3;
const PERCENT = 5;
const GAPS = 5 * 2;

/** What matters most of each row, for screens that have no room for the table. */
export function narrowQuotas(rows: readonly QuotaRow[], nowSec: number, look: Look): Line[] {
  const free = look.columns - RESETS - STATE - WINDOW - PERCENT - GAPS;
  const bar = Math.max(6, Math.floor(free * 0.35));
  const columns: FixedColumn[] = [
    { header: "LANE/MODEL", width: Math.max(8, free - bar), cut: "middle" },
    { header: "WIN", width: WINDOW },
    { header: "USED", width: bar },
    { header: "", width: PERCENT, align: "right" },
    { header: "RESETS", width: RESETS },
    { header: "STATE", width: STATE },
  ];
  return [fixedHeader(columns, look), ...rows.map((row) => narrowRow(row, columns, bar, nowSec, look))];
}

function narrowRow(
  row: QuotaRow,
  columns: readonly FixedColumn[],
  bar: number,
  nowSec: number,
  look: Look,
): Line {
  const tone = stateTone(row.state);
  // The lane alone stands for its account: it must stay whole in a narrow column.
  const ofAccount = row.lane !== "" && row.model === "all";
  const name = row.lane === "" ? row.model : ofAccount ? row.lane : `${row.lane}/${row.model}`;
  const cells = [
    span(name),
    span(row.window),
    span(barText({ ratio: row.usedPct, elapsed: row.elapsed, width: bar, ascii: look.ascii }), tone),
    span(shareText(row.usedPct, row.usedTokens), tone),
    span(row.resetTs === null ? "-" : resetText(row.resetTs, nowSec, look.timeZone, true)),
    stateSpan(row.state),
  ];
  return fixedRow(columns, cells, look);
}
