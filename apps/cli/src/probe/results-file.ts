import type { ProbeBlockEntry, ProbeTableRow } from "./probe-run.ts";

const COLUMNS = [
  "timestamp",
  "model",
  "repeat",
  "first_429_index",
  "calc_headroom",
  "inferred_multiplier",
  "hour",
  "status",
] as const satisfies readonly (keyof ProbeTableRow)[];

const HEADING = `# GLM limit probe

Written by \`ccp probe glm\`: a row and a block for each run. The gateway reads this file at start, at each calibration
tick, and when it changes. Unknown is \`-\`. A status that begins with \`sim\` is a dry run and says nothing about the
vendor.
`;
const HEADER = `| ${COLUMNS.join(" | ")} |`;
const SEPARATOR = `|${"---|".repeat(COLUMNS.length)}`;

/**
 * The results file with one more run: its row at the end of the table, its block at the end of the file.
 *
 * @param text The file as it stands; `null` or blank when there is none.
 */
export function appendRun(
  text: string | null,
  row: ProbeTableRow,
  block: readonly ProbeBlockEntry[],
): string {
  const lines = (text?.trim() ? text : HEADING).trimEnd().split("\n");
  const last = lastTableLine(lines);
  if (last === null) lines.push("", HEADER, SEPARATOR, renderRow(row));
  else lines.splice(last + 1, 0, renderRow(row));
  return `${[...lines, "", "```json", JSON.stringify(block), "```"].join("\n")}\n`;
}

export function renderRow(row: ProbeTableRow): string {
  const cells = COLUMNS.map((column) => (row[column] === null ? "-" : String(row[column])));
  return `| ${cells.join(" | ")} |`;
}

/** The last line of the table that has our columns; `null` when there is none outside of fenced blocks. */
function lastTableLine(lines: readonly string[]): number | null {
  let fenced = false;
  let last: number | null = null;
  let open = false;
  for (const [index, line] of lines.entries()) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const isRow = !fenced && line.trimStart().startsWith("|");
    const isHeader = isRow && /^\|\s*timestamp\s*\|\s*model\s*\|/i.test(line.trimStart());
    open = isRow && (open || isHeader);
    if (open) last = index;
  }
  return last;
}
