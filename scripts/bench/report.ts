import type { LoadNote } from "./bench.ts";
import type { Machine } from "./machine.ts";
import type { Results } from "./rounds.ts";
import type { Measure } from "./scenarios.ts";
import { median, pairwise } from "./stats.ts";
import type { SubjectName } from "./subjects.ts";
import { formatNumber, formatRatio, renderTable } from "./table.ts";
import type { Judgement } from "./targets.ts";

export interface Report {
  readonly machine: Machine;
  readonly built: boolean;
  readonly rounds: number;
  readonly seed: number;
  readonly elapsedMs: number;
  readonly subjects: readonly SubjectName[];
  readonly measures: readonly Measure[];
  readonly results: Results;
  readonly notes: readonly LoadNote[];
  readonly judgements: readonly Judgement[];
}

/** From here on mock and load generator may be the limit. */
const HARNESS_FULL = 0.85;

/** The whole result for a person: ratios first, since only they outlive the machine and the minute. */
export function renderReport(report: Report): string {
  const parts = [
    renderFacts(report),
    section("ccp in proportion to (median of same-round ratios)", renderRatios(report)),
    section("best round", renderValues(report, best)),
    section(
      "median of the rounds",
      renderValues(report, (series) => median(series)),
    ),
    section("targets", renderTargets(report)),
  ];
  const remarks = renderRemarks(report.notes);
  if (remarks.length > 0) parts.push(section("to know", remarks.join("\n")));
  return `${parts.join("\n\n")}\n`;
}

const section = (title: string, body: string): string => `${title}\n${body}`;

function renderFacts({ machine, rounds, seed, elapsedMs, built, notes }: Report): string {
  const { cores, cpuModel, system, node, nginx, pins } = machine;
  const foreign = median(notes.map(({ foreignCores }) => foreignCores));
  return [
    `machine  ${cores} cores (${cpuModel}), ${system}, Node ${node}, nginx ${nginx ?? "not installed"}`,
    `pinned   ${pins === null ? "no" : `mock and load on core ${pins.harness}, subjects on core ${pins.subject}`}`,
    `run      ${rounds} rounds, seed ${seed}, ${Math.round(elapsedMs / 1000)} s, ccp from ${built ? "its build" : "sources"}`,
    `others   used ${formatNumber(foreign)} cores of the machine (median)`,
  ].join("\n");
}

function renderRatios({ measures, subjects, results }: Report): string {
  const others = subjects.filter((name) => name !== "ccp");
  const rows = measures.map(({ id, title, better }) => {
    const bySubject = results[id];
    const cells = others.map((name) =>
      formatRatio(median(pairwise(bySubject?.ccp ?? [], bySubject?.[name] ?? [], "ratio"))),
    );
    return [title, ...cells, `${better} is better`];
  });
  return renderTable(["", ...others, ""], rows);
}

type Series = readonly (number | null)[];

function renderValues(
  { measures, subjects, results }: Report,
  pick: (series: Series, measure: Measure) => number | null,
): string {
  const rows = measures.map((measure) => [
    measure.title,
    ...subjects.map((name) => formatNumber(pick(results[measure.id]?.[name] ?? [], measure))),
    measure.unit,
  ]);
  return renderTable(["", ...subjects, "unit"], rows);
}

function best(series: Series, { better }: Measure): number | null {
  const known = series.filter((value) => value !== null);
  if (known.length === 0) return null;
  return better === "lower" ? Math.min(...known) : Math.max(...known);
}

function renderTargets({ judgements, measures }: Report): string {
  const byId = new Map(measures.map((measure) => [measure.id, measure]));
  const rows = judgements.flatMap(({ target, value, verdict, missedBy }) => {
    const measure = byId.get(target.measure);
    if (measure === undefined) return [];
    const { compare, bound, limit } = target;
    const sign = bound === "at_most" ? "<=" : ">=";
    const show = (number: number | null): string =>
      compare.kind === "ratio" ? formatRatio(number) : `${formatNumber(number)} ${measure.unit}`;
    const against = { ratio: "to", added: "over", value: "" }[compare.kind];
    const other = compare.kind === "value" ? "" : `${against} ${compare.to}`;
    const word = {
      holds: "holds",
      missed: `missed by ${Math.round(missedBy * 100)} %`,
      not_measured: UNMEASURED,
    };
    return [[measure.title, other, `${sign} ${show(limit)}`, show(value), word[verdict]]];
  });
  return renderTable(["", "against", "target", "measured", "verdict"], rows);
}

const UNMEASURED = "not measured";

/** What makes a figure less than it seems. */
function renderRemarks(notes: readonly LoadNote[]): string[] {
  const remarks: string[] = [];
  const pairs = new Map<string, LoadNote[]>();
  for (const note of notes) {
    const key = `${note.scenario}, ${note.subject}`;
    pairs.set(key, [...(pairs.get(key) ?? []), note]);
  }
  for (const [pair, runs] of pairs) {
    const busy = median(runs.map(({ harnessBusy }) => harnessBusy));
    if (busy !== null && busy > HARNESS_FULL && !pair.endsWith("direct")) {
      remarks.push(
        `${pair}: mock and load used ${Math.round(busy * 100)} % of their core, so a rate is a lower bound`,
      );
    }
    const errors = runs.reduce((sum, run) => sum + run.errors, 0);
    const first = runs.find(({ firstError }) => firstError !== null)?.firstError;
    if (errors > 0) remarks.push(`${pair}: ${errors} requests failed (${first})`);
  }
  return remarks;
}
