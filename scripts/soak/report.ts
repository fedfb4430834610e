import { percentile } from "../bench/stats.ts";
import { formatNumber, renderTable } from "../bench/table.ts";
import type { LogFinding } from "./check-log.ts";
import type { Rest } from "./check-rest.ts";
import type { Sample } from "./gateway.ts";
import type { Options } from "./options.ts";
import type { Run } from "./run.ts";

export interface SoakReport {
  readonly options: Options;
  readonly run: Run;
  readonly samples: readonly Sample[];
  readonly filesAtEnd: number | null;
  readonly rest: Rest;
  readonly log: LogFinding;
  readonly faults: readonly string[];
}

export function renderReport({ options, run, samples, filesAtEnd, rest, log, faults }: SoakReport): string {
  const { outcomes } = run;
  const head = `soak: ${formatCount(options.streams)} streams for ${options.seconds} s, seed ${options.seed}, node ${process.version}`;
  const requests = [
    ...Object.entries(outcomes).map(([name, count]) => [name, formatCount(count)]),
    ["another lane served after a refusal", formatCount(run.rerouted)],
    ["pieces of streams, each checked", formatCount(run.pieces)],
    ["log lines", formatCount(log.lines)],
    ["exchanges with a completion line", formatCount(log.completions)],
    ["requests in flight, tokens reserved at the end", `${rest.inflight}, ${rest.reservedTokens}`],
  ];
  const gateway = [
    seriesRow("memory, MB", samples, (sample) => sample.memoryMb, null),
    seriesRow("open files", samples, (sample) => sample.files, filesAtEnd),
    seriesRow("event loop late, p99 of a second, ms", samples, (sample) => sample.delayP99Ms, null),
    seriesRow("event loop late, most in a second, ms", samples, (sample) => sample.delayMaxMs, null),
  ];
  return [
    head,
    renderTable(["requests", ""], requests),
    renderTable(["gateway", "first", "middle", "most", "last", "at rest"], gateway),
    faults.length === 0
      ? "no faults"
      : `${faults.length} faults:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
  ]
    .join("\n\n")
    .concat("\n");
}

function seriesRow(
  name: string,
  samples: readonly Sample[],
  read: (sample: Sample) => number | null,
  atRest: number | null,
): string[] {
  const values = samples.map(read).filter((value) => value !== null);
  const sorted = values.toSorted((a, b) => a - b);
  const shown = [values[0], percentile(sorted, 0.5), sorted.at(-1), values.at(-1), atRest];
  return [name, ...shown.map((value) => formatNumber(value ?? null))];
}

function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
