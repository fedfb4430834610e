import type { ConfigIssue } from "@ccp/usage-contract";
import { modelKey } from "@ccp/usage-contract/core";
import { parseProbeBlock } from "./parse-probe-block.ts";
import { isSeparator, isTableRow, type ProbeRow, parseProbeRow } from "./parse-probe-row.ts";

/** What a limit probe found out about one model. */
export interface ProbeResult {
  /** Folded model key. */
  readonly model: string;
  /** Calculated minus observed reset, seconds; `null` when only the table tells of this model. */
  readonly gapSecondsP50: number | null;
  readonly gapSecondsP95: number | null;
  /** How many gap samples stand behind them. */
  readonly samples: number;
  /** Observed ÷ calculated capacity, one for each table row that has it, in the file's order. */
  readonly multipliers: readonly number[];
}

export interface ProbeFile {
  /** One entry a model. */
  readonly blocks: ProbeResult[];
  readonly rows: ProbeRow[];
  readonly issues: ConfigIssue[];
}

const FENCE = /^\s*(`{3,}|~{3,})\s*([\w-]*)\s*$/;

/**
 * Reads the results file of a limit probe: Markdown with a table of runs and fenced `json` blocks. Of several blocks
 * about one model the last one counts. Rows and blocks that cannot be read are left out, with an issue each.
 *
 * @param text The file's text; an empty one is a file without results.
 * @example
 * parseProbeResults('```json\n[{"model":"glm-4-6","gap_seconds_p50":180,"gap_seconds_p95":240,"samples":6}]\n```').blocks;
 * // => [{ model: "glm-4.6", gapSecondsP50: 180, gapSecondsP95: 240, samples: 6, multipliers: [] }]
 */
export function parseProbeResults(text: string): ProbeFile {
  const rows: ProbeRow[] = [];
  const issues: ConfigIssue[] = [];
  const found = new Map<string, ProbeResult>();
  let fence: Fence | null = null;
  text.split(/\r?\n/).forEach((line, index) => {
    const mark = FENCE.exec(line);
    if (fence !== null) {
      if (mark?.[1]?.startsWith(fence.mark) && mark[2] === "") {
        closeFence(fence, found, issues);
        fence = null;
      } else fence.lines.push(line);
    } else if (mark !== null) {
      fence = { mark: mark[1] ?? "", language: mark[2] ?? "", line: index + 2, lines: [] };
    } else if (isTableRow(line) && !isSeparator(line)) {
      const row = parseProbeRow(line, index + 1);
      if (row.success) rows.push(row.row);
      else if (row.issue !== null) issues.push(row.issue);
    }
  });
  if (fence !== null) closeFence(fence, found, issues);
  return { blocks: [...withMultipliers(found, rows).values()], rows, issues };
}

interface Fence {
  readonly mark: string;
  readonly language: string;
  /** 1-based line of the first line inside. */
  readonly line: number;
  readonly lines: string[];
}

function closeFence(fence: Fence, found: Map<string, ProbeResult>, issues: ConfigIssue[]): void {
  if (fence.language.toLowerCase() !== "json") return;
  const block = parseProbeBlock(fence.lines.join("\n"), fence.line);
  issues.push(...block.issues);
  for (const entry of block.entries) {
    const model = modelKey(entry.model);
    // Deleted first, so that the newest stands last.
    found.delete(model);
    found.set(model, { ...entry, model, multipliers: [] });
  }
}

function withMultipliers(
  found: ReadonlyMap<string, ProbeResult>,
  rows: readonly ProbeRow[],
): Map<string, ProbeResult> {
  const results = new Map(found);
  for (const row of rows) {
    if (row.inferredMultiplier === null) continue;
    const model = modelKey(row.model);
    const result = results.get(model) ?? {
      model,
      gapSecondsP50: null,
      gapSecondsP95: null,
      samples: 0,
      multipliers: [],
    };
    results.set(model, { ...result, multipliers: [...result.multipliers, row.inferredMultiplier] });
  }
  return results;
}
