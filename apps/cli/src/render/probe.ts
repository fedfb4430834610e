import type { ProbeBlockEntry, ProbeRequest, ProbeRun, ProbeTableRow } from "../probe/probe-run.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { safeText } from "./safe-text.ts";
import { padEnd } from "./text-width.ts";

const WIDTHS = {
  time: 20,
  index: 7,
  status: 7,
  hour: 4,
  tokens: 6,
  headroom: 10,
  limit: 5,
  diff: 8,
} as const;

/** Heading of the request log; its lines follow one by one, as they happen. */
export function renderProbeHeading(look: Look): string {
  const cells = {
    time: "TIME",
    index: "#",
    status: "STATUS",
    hour: "HOUR",
    tokens: "TOKENS",
    headroom: "HEADROOM",
    limit: "LIMIT",
    diff: "DIFF",
  };
  return paintLines([[span(layOut(cells), "dim")]], look);
}

/** @param repeat How many requests were asked for. */
export function renderProbeRequest(
  request: ProbeRequest,
  run: { readonly repeat: number; readonly simulated: boolean },
  look: Look,
): string {
  const text = layOut({
    time: request.timestamp,
    index: `${request.index}/${run.repeat}`,
    status: run.simulated ? `sim-${request.status}` : String(request.status),
    hour: String(request.hour),
    tokens: numberText(request.tokens),
    headroom: numberText(request.calc_headroom),
    limit: request.observed_limit ? "yes" : "-",
    diff: numberText(request.headroom_diff),
  });
  return paintLines([[span(text, request.observed_limit ? "warn" : "plain")]], look);
}

type Cells = Readonly<Record<keyof typeof WIDTHS, string>>;

function layOut(cells: Cells): string {
  const left = [
    padEnd(cells.time, WIDTHS.time),
    padEnd(cells.index, WIDTHS.index),
    padEnd(cells.status, WIDTHS.status),
  ];
  const numbers = (["hour", "tokens", "headroom", "limit", "diff"] as const).map((name) =>
    cells[name].padStart(WIDTHS[name]),
  );
  return [...left, ...numbers].join(" ");
}

function numberText(value: number | null): string {
  return value === null ? "-" : String(value);
}

/** What a run found out, and where it stands now. */
export function renderProbeResult(
  run: ProbeRun,
  row: ProbeTableRow,
  block: ProbeBlockEntry,
  path: string,
  look: Look,
): string {
  const lines: Line[] = [
    [],
    [span(limitText(run, row), row.first_429_index === null ? "plain" : "warn")],
    [span(gapText(block))],
    [span("written to "), span(safeText(path))],
  ];
  return paintLines(lines, look);
}

function limitText(run: ProbeRun, row: ProbeTableRow): string {
  const made = `${row.repeat} request${row.repeat === 1 ? "" : "s"}`;
  const left =
    row.calc_headroom === null ? "no cap configured" : `${row.calc_headroom} tokens left by our count`;
  if (row.first_429_index !== null) {
    const bias =
      row.inferred_multiplier === null ? "" : `; the plan ended at ${row.inferred_multiplier} of the cap`;
    return `limit at request ${row.first_429_index}, ${left}${bias}`;
  }
  switch (run.stop) {
    case "rerouted":
      return `stopped after ${made}: the gateway sent the last one to another lane`;
    case "error":
      return `stopped after ${made}: status ${row.status}`;
    case "interrupted":
      return `interrupted after ${made}, ${left}`;
    default:
      return `no limit in ${made}, ${left}`;
  }
}

function gapText({ gap_seconds_p50: p50, gap_seconds_p95: p95, samples }: ProbeBlockEntry): string {
  if (p50 === null) return "no reset was declared, so no gap was measured";
  return `gap p50 ${p50}s p95 ${p95 ?? p50}s, ${samples} sample${samples === 1 ? "" : "s"}`;
}
