import type { Results } from "./rounds.ts";
import { median, pairwise } from "./stats.ts";
import type { SubjectName } from "./subjects.ts";

/** A figure of ccp that is promised, against another subject's figure of the same round or as it stands. */
export interface Target {
  readonly measure: string;
  readonly compare:
    | { readonly kind: "ratio" | "added"; readonly to: SubjectName }
    | { readonly kind: "value" };
  readonly bound: "at_most" | "at_least";
  readonly limit: number;
}

export interface Judgement {
  readonly target: Target;
  /** Median over the rounds; `null` where it was not measured. */
  readonly value: number | null;
  readonly verdict: "holds" | "missed" | "not_measured";
  /** How far beyond the limit: 0.2 is a fifth. 0 where it holds. */
  readonly missedBy: number;
}

/** Beyond this a miss is a finding; two runs of one program on a shared machine differ by less. */
export const TOLERANCE = 0.15;

const atMost = (measure: string, to: SubjectName, limit: number): Target => ({
  measure,
  compare: { kind: "ratio", to },
  bound: "at_most",
  limit,
});
const atLeast = (measure: string, to: SubjectName, limit: number): Target => ({
  ...atMost(measure, to, limit),
  bound: "at_least",
});
const addsAtMost = (measure: string, to: SubjectName, limit: number): Target => ({
  ...atMost(measure, to, limit),
  compare: { kind: "added", to },
});
const isAtMost = (measure: string, limit: number): Target => ({
  measure,
  compare: { kind: "value" },
  bound: "at_most",
  limit,
});

/** Set from measured peers, November 2026: what the best gateways of that day did on two cores, or a little better. */
export const TARGETS: readonly Target[] = [
  atMost("json-2k-c1.p50", "raw-node", 1.15),
  atMost("json-2k-c1.p50", "nginx", 1.7),
  atLeast("json-2k-c64.rate", "raw-node", 1.0),
  atLeast("json-2k-c64.rate", "nginx", 0.15),
  atMost("json-2k-c64.cpu", "raw-node", 1.1),
  atMost("json-2k-c64.cpu", "nginx", 8),
  atMost("json-500k-c1.p50", "raw-node", 1.15),
  atLeast("json-50k-c64.rate", "raw-node", 0.9),
  atLeast("json-500k-c64.rate", "raw-node", 0.85),
  atMost("sse-burst-c1.first", "raw-node", 1.2),
  atMost("sse-burst-c1.first", "nginx", 3.5),
  atMost("sse-paced.delay50", "raw-node", 1.2),
  addsAtMost("sse-paced.delay50", "direct", 1_000),
  isAtMost("sse-paced.delay99", 25_000),
  atMost("sse-paced.cpu", "raw-node", 1.1),
  atMost("sse-paced.cpu", "nginx", 3),
  isAtMost("start.loaded", 180),
  isAtMost("start.idle", 90),
  atMost("start.first", "raw-node", 2.0),
  addsAtMost("cli.quotas", "raw-node", 40),
];

export function judgeTargets(results: Results): Judgement[] {
  return TARGETS.map((target) => judge(target, measured(target, results)));
}

function measured({ measure, compare }: Target, results: Results): number | null {
  const bySubject = results[measure];
  const own = bySubject?.ccp ?? [];
  if (compare.kind === "value") return median(own);
  const combine = compare.kind === "ratio" ? "ratio" : "difference";
  return median(pairwise(own, bySubject?.[compare.to] ?? [], combine));
}

export function judge(target: Target, value: number | null): Judgement {
  if (value === null) return { target, value, verdict: "not_measured", missedBy: 0 };
  const beyond = target.bound === "at_most" ? value / target.limit - 1 : target.limit / value - 1;
  return { target, value, verdict: beyond <= 0 ? "holds" : "missed", missedBy: Math.max(0, beyond) };
}
