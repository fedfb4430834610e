import type { ConfigIssue } from "@ccp/usage-contract";
import { asNumber, asObject, asText } from "../snapshot/read-json.ts";

export interface ProbeBlockEntry {
  readonly model: string;
  readonly gapSecondsP50: number | null;
  readonly gapSecondsP95: number | null;
  readonly samples: number;
}

export interface ProbeBlock {
  readonly entries: ProbeBlockEntry[];
  readonly issues: ConfigIssue[];
}

/**
 * Reads `[{"model":"glm-4-6","gap_seconds_p50":180,"gap_seconds_p95":240,"samples":6}]`.
 *
 * @param line 1-based line of the text's first line, for the issues.
 */
export function parseProbeBlock(text: string, line: number): ProbeBlock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { entries: [], issues: [{ path: "json", message: "expected JSON", line }] };
  }
  if (!Array.isArray(value)) {
    return { entries: [], issues: [{ path: "json", message: "expected a list of models", line }] };
  }
  const entries: ProbeBlockEntry[] = [];
  const issues: ConfigIssue[] = [];
  value.forEach((item, index) => {
    const entry = readEntry(item);
    if (typeof entry === "string") issues.push({ path: `json.${index}`, message: entry, line });
    else entries.push(entry);
  });
  return { entries, issues };
}

/** The entry, or what is wrong with it. */
function readEntry(item: unknown): ProbeBlockEntry | string {
  const entry = asObject(item);
  if (entry === null) return "expected an object";
  const model = asText(entry.model);
  if (model === null) return "model: expected a name";
  const p50 = asNumber(entry.gap_seconds_p50);
  // A run that met no limit measured no gap, and says so.
  if (p50 === null && entry.gap_seconds_p50 !== null) return "gap_seconds_p50: expected seconds or null";
  const p95 = asNumber(entry.gap_seconds_p95);
  if (p95 === null && entry.gap_seconds_p95 !== null) return "gap_seconds_p95: expected seconds or null";
  const samples = asNumber(entry.samples);
  if (samples === null || !Number.isInteger(samples) || samples < 0) return "samples: expected a count";
  return { model, gapSecondsP50: p50, gapSecondsP95: p95, samples };
}
