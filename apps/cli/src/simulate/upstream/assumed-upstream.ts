import type { Constraint } from "@ccp/quota-engine";
import type { LaneId, LimitSignal, QuotaConfig, TokenCounts } from "@ccp/usage-contract";
import type { RecordedAttempt, RecordedRequest, Recording } from "../recording/recording.ts";
import { seedEarlier } from "../replay/seed-earlier.ts";
import type { WeightsOf } from "../replay/weights-of.ts";
import { type AssumedLimits, capacities } from "./assume-limits.ts";
import { median } from "./median.ts";
import { UpstreamCount } from "./upstream-count.ts";
import { windowName } from "./window-name.ts";

/** What an attempt that met a limit costs on a lane where the log has none, ms. */
export const DEFAULT_LOST_MS = 500;

/** How an attempt ends. */
export type Answer =
  | { readonly kind: "served"; readonly counts: TokenCounts; readonly estimated: boolean }
  | { readonly kind: "ended" }
  | { readonly kind: "throttle" | "failure"; readonly lostMs: number }
  | {
      readonly kind: "limit";
      readonly lostMs: number;
      readonly signal: LimitSignal;
      readonly windowMs: number | null;
    };

export interface UpstreamOptions {
  readonly config: QuotaConfig;
  readonly limits: AssumedLimits;
  readonly weightsOf: WeightsOf;
}

/**
 * The lanes of one replay. An attempt that the log holds too ends as it did there, unless it met a limit or was
 * served: whether a lane is spent depends on what the replay has sent there.
 */
export class AssumedUpstream {
  readonly #count: UpstreamCount;
  readonly #limits: AssumedLimits;
  readonly #config: QuotaConfig;
  readonly #accountLanes: ReadonlySet<LaneId>;
  readonly #lostMs: ReadonlyMap<LaneId, number>;

  constructor(recording: Recording, { config, limits, weightsOf }: UpstreamOptions) {
    this.#limits = limits;
    this.#config = config;
    this.#accountLanes = recording.accountLanes;
    this.#lostMs = typicalLostMs(limits.history.lostMs);
    this.#count = new UpstreamCount({
      config,
      subjects: limits.subjects,
      capacity: capacities(limits.caps),
      wholeWindows: limits.wholeWindows,
      ends: limits.ends,
    });
    const startMs = recording.requests[0]?.atMs ?? 0;
    seedEarlier(this.#count.engine, recording.earlier, weightsOf, config.rollingMs, startMs);
  }

  /** How a lane answers a request that is sent there now. */
  answer(request: RecordedRequest, lane: LaneId, nowMs: number): Answer {
    const { attempts, counts, predictedTokens } = request;
    const there = attempts.find((attempt) => attempt.lane === lane);
    if (there?.end === "failure" || there?.end === "throttle")
      return { kind: there.end, lostMs: there.lostMs };
    const spent = this.#spentBy(request, there, lane, nowMs);
    if (spent !== null) return spent;
    if (attempts.at(-1)?.end === "ended") return { kind: "ended" };
    if (counts !== null) return { kind: "served", counts, estimated: request.estimated };
    return { kind: "served", counts: expected(predictedTokens), estimated: true };
  }

  /** Counts what a lane served. */
  record(lane: LaneId, model: string, counts: TokenCounts, nowMs: number): void {
    this.#count.record(lane, model, counts, nowMs);
  }

  #spentBy(
    { model }: RecordedRequest,
    there: RecordedAttempt | undefined,
    lane: LaneId,
    nowMs: number,
  ): Answer | null {
    const lostMs = there?.end === "limit" ? there.lostMs : (this.#lostMs.get(lane) ?? DEFAULT_LOST_MS);
    const foreign = there === undefined ? undefined : this.#limits.foreign.get(there);
    if (foreign !== undefined) {
      return { kind: "limit", lostMs, signal: this.#signal(lane, foreign.endsMs, null), windowMs: null };
    }
    const full = fullest(this.#count.reached(lane, model, nowMs));
    if (full === null) return null;
    const windowMs = full.name.endsWith("weekly") ? this.#config.weeklyMs : this.#config.rollingMs;
    const endsMs = this.#limits.history.namesEnd.has(lane) ? full.resetAtMs : null;
    return { kind: "limit", lostMs, signal: this.#signal(lane, endsMs, windowName(windowMs)), windowMs };
  }

  #signal(lane: LaneId, resetAtMs: number | null, window: string | null): LimitSignal {
    const scope = this.#accountLanes.has(lane) ? "account" : "model";
    const base = { kind: "quota", source: "header", retryAfterMs: null, code: null, message: null } as const;
    return { ...base, scope, resetAtMs, window };
  }
}

/** Of the caps that are reached, the one that is furthest over. */
function fullest(reached: readonly Constraint[]): Constraint | null {
  let full: Constraint | null = null;
  for (const constraint of reached) {
    if (full === null || constraint.pressure > full.pressure) full = constraint;
  }
  return full;
}

export function typicalLostMs(lostMs: ReadonlyMap<LaneId, readonly number[]>): Map<LaneId, number> {
  return new Map([...lostMs].map(([lane, times]) => [lane, median(times) ?? DEFAULT_LOST_MS]));
}

/** A request that nobody served is taken to spend what it was expected to. */
function expected(predictedTokens: number): TokenCounts {
  return {
    inputTokens: Math.round(predictedTokens),
    outputTokens: 0,
    cacheCreationTokens: 0,
    cacheReadTokens: 0,
  };
}
