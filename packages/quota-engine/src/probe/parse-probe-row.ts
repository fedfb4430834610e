import type { ConfigIssue } from "@ccp/usage-contract";

/** One run of a limit probe, as its table row tells it. */
export interface ProbeRow {
  /** As written, RFC 3339. */
  readonly timestamp: string;
  readonly model: string;
  readonly repeat: number | null;
  /** 1-based request that met the limit; `null` when none did. */
  readonly first429Index: number | null;
  /** Counted tokens that seemed left when the limit came. */
  readonly calcHeadroom: number | null;
  readonly inferredMultiplier: number | null;
  /** 0..23, local to where the probe ran. */
  readonly hour: number | null;
  readonly status: string;
}

export type ParsedRow =
  | { readonly success: true; readonly row: ProbeRow }
  /** `issue` is `null` for the heading. */
  | { readonly success: false; readonly issue: ConfigIssue | null };

const CELLS = 8;
const UNKNOWN = new Set(["", "-", "–", "—", "null", "none", "n/a", "?"]);

export function isTableRow(line: string): boolean {
  return /^\s*\|.*\|\s*$/.test(line);
}

export function isSeparator(line: string): boolean {
  return /^[\s|:-]+$/.test(line) && line.includes("-");
}

/**
 * Reads `| timestamp | model | repeat | first_429_index | calc_headroom | inferred_multiplier | hour | status |`.
 *
 * @param line One line of a Markdown table. @param lineNumber 1-based, for the issue.
 */
export function parseProbeRow(line: string, lineNumber: number): ParsedRow {
  const cells = line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim().replace(/^`|`$/g, ""));
  if (cells[0]?.toLowerCase() === "timestamp") return { success: false, issue: null };
  if (cells.length !== CELLS) {
    return broken(lineNumber, "", `expected ${CELLS} columns, found ${cells.length}`);
  }
  const [
    timestamp = "",
    model = "",
    repeat = "",
    first = "",
    headroom = "",
    multiplier = "",
    hour = "",
    status = "",
  ] = cells;
  if (model === "" || /\s/.test(model))
    return broken(lineNumber, "model", `expected a model name, found "${model}"`);
  const numbers = {
    repeat: readNumber(repeat),
    first_429_index: readNumber(first),
    calc_headroom: readNumber(headroom),
    inferred_multiplier: readNumber(multiplier),
    hour: readNumber(hour),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (value === "broken") return broken(lineNumber, name, "expected a number or -");
  }
  const of = (value: number | null | "broken"): number | null => (value === "broken" ? null : value);
  const hourOfDay = of(numbers.hour);
  if (hourOfDay !== null && !(hourOfDay >= 0 && hourOfDay < 24)) {
    return broken(lineNumber, "hour", `expected 0 to 23, found ${hourOfDay}`);
  }
  const inferred = of(numbers.inferred_multiplier);
  if (inferred !== null && inferred <= 0) {
    return broken(lineNumber, "inferred_multiplier", `expected a number above 0, found ${inferred}`);
  }
  return {
    success: true,
    row: {
      timestamp,
      model,
      repeat: of(numbers.repeat),
      first429Index: of(numbers.first_429_index),
      calcHeadroom: of(numbers.calc_headroom),
      inferredMultiplier: inferred,
      hour: hourOfDay,
      status,
    },
  };
}

function readNumber(cell: string): number | null | "broken" {
  if (UNKNOWN.has(cell.toLowerCase())) return null;
  return /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(cell) ? Number(cell) : "broken";
}

function broken(line: number, column: string, message: string): ParsedRow {
  return { success: false, issue: { path: column === "" ? "table" : `table.${column}`, message, line } };
}
