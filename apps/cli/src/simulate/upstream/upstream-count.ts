import { type Constraint, createQuotaEngine, type QuotaEngine } from "@ccp/quota-engine";
import {
  type LaneId,
  type PoolQuota,
  type QuotaConfig,
  rawInput,
  type TokenCounts,
} from "@ccp/usage-contract/core";
import type { LimitSubject, WindowWord } from "./limit-subjects.ts";

/** An end of a window that a lane named in the log. */
export interface NamedEnd {
  readonly lane: LaneId;
  /** Epoch ms. */
  readonly endMs: number;
  readonly lengthMs: number;
  /** From when on the window is known to end there. */
  readonly fromMs: number;
}

export interface UpstreamCountOptions {
  readonly config: QuotaConfig;
  readonly subjects: readonly LimitSubject[];
  /** Capacity of a subject's window; `null` where it has none. */
  readonly capacity: (subject: LimitSubject, window: WindowWord) => number | null;
  /** Lanes whose windows begin with a request and end at once; the windows of others are as the quotas have them. */
  readonly wholeWindows: ReadonlySet<LaneId>;
  /** By `fromMs`. Those of other lanes are left aside. */
  readonly ends: readonly NamedEnd[];
}

/** How much a lane may still serve before any cap of it can be reached. */
interface Reach {
  /** No token of the lane weighs more. */
  readonly weight: number;
  /** All that was recorded on the lane, at that weight. */
  spent: number;
  /** By model: below this `spent` every cap is known to be open. Windows lose tokens by themselves, so it stays true. */
  readonly openBelow: Map<string, number>;
}

/**
 * What the upstreams themselves count: the same arithmetic as the gateway's own, with the capacities that they are
 * taken to have. It never learns and knows of no reservations. Times must not go back.
 */
export class UpstreamCount {
  readonly engine: QuotaEngine;
  readonly #lanes: ReadonlyMap<LaneId, Reach>;
  readonly #ends: readonly NamedEnd[];
  #nextEnd = 0;

  constructor(options: UpstreamCountOptions) {
    this.#lanes = reachOf(options.subjects);
    this.#ends = options.ends.filter(({ lane }) => this.#lanes.has(lane) && options.wholeWindows.has(lane));
    const pools = options.subjects.map((subject) => toPool(subject, options));
    this.engine = createQuotaEngine({ config: { ...options.config, models: [], pools } });
  }

  /** Whether anything is known that could spend this lane. */
  isCapped(lane: LaneId): boolean {
    return this.#lanes.has(lane);
  }

  record(lane: LaneId, model: string, counts: TokenCounts, nowMs: number): void {
    const reach = this.#lanes.get(lane);
    if (reach === undefined) return;
    this.#nameEnds(nowMs);
    const times = { atMs: nowMs, wallMs: 0, streamMs: 0, ttftMs: null, localHour: 0 };
    this.engine.record({ lane, model, counts, ...times, estimated: true }, nowMs);
    reach.spent += (rawInput(counts) + counts.outputTokens) * reach.weight;
  }

  /** The caps that a model has reached on a lane. */
  reached(lane: LaneId, model: string, nowMs: number): readonly Constraint[] {
    const reach = this.#lanes.get(lane);
    if (reach === undefined) return [];
    this.#nameEnds(nowMs);
    if (reach.spent < (reach.openBelow.get(model) ?? 0)) return [];
    const constraints = this.constraints(lane, model, nowMs);
    const left = constraints.map(({ headroomTokens }) => headroomTokens ?? Number.POSITIVE_INFINITY);
    reach.openBelow.set(model, reach.spent + Math.min(...left));
    return constraints.filter(({ blocked }) => blocked);
  }

  /** What binds a model on a lane now. */
  constraints(lane: LaneId, model: string, nowMs: number): readonly Constraint[] {
    if (!this.#lanes.has(lane)) return [];
    this.#nameEnds(nowMs);
    return this.engine.assess({ lane, model, predicted: 0, nowMs }).constraints;
  }

  #nameEnds(nowMs: number): void {
    for (let next = this.#ends[this.#nextEnd]; next !== undefined; next = this.#ends[this.#nextEnd]) {
      if (next.fromMs > nowMs) return;
      this.#nextEnd += 1;
      const { lane, endMs, lengthMs, fromMs } = next;
      const reading = {
        name: String(lengthMs),
        lengthMs,
        usedRatio: null,
        resetAtMs: endMs,
        status: null,
        scope: "account",
        source: "endpoint",
        usedAmount: null,
        limitAmount: null,
      } as const;
      this.engine.observeWindows(lane, null, [reading], fromMs);
      this.#lanes.get(lane)?.openBelow.clear();
    }
  }
}

function reachOf(subjects: readonly LimitSubject[]): Map<LaneId, Reach> {
  const lanes = new Map<LaneId, Reach>();
  for (const { lane, rule } of subjects) {
    const { input, output, cacheCreation, cacheRead } = rule.weights;
    const weight = Math.max(input, output, cacheCreation, cacheRead, lanes.get(lane)?.weight ?? 0);
    lanes.set(lane, { weight, spent: 0, openBelow: new Map() });
  }
  return lanes;
}

/** Name of the constraint that a subject's window is. */
export function constraintName(subject: LimitSubject, window: WindowWord): string {
  return `pool:${subject.id}:${window}`;
}

function toPool(subject: LimitSubject, { capacity, wholeWindows }: UpstreamCountOptions): PoolQuota {
  const { id, lane, models, rule } = subject;
  const isWhole = wholeWindows.has(lane);
  return {
    ...rule,
    name: id,
    lane,
    models,
    rollingTokens: capacity(subject, "rolling"),
    rollingKind: isWhole ? "anchored" : rule.rollingKind,
    weeklyLimitType: "tokens",
    weeklyLimitValue: capacity(subject, "weekly"),
    weeklyKind: isWhole ? "fixed" : rule.weeklyKind,
  };
}
