import {
  createQuotaEngine,
  type LeaseInput,
  type LimitInput,
  type QuotaEngine,
  type UsageRecord,
} from "@ccp/quota-engine";
import type { LaneRoom } from "@ccp/router-policy";
import type { LaneId, QuotaConfig, RerouteMode } from "@ccp/usage-contract";
import type { EarlierUsage } from "../recording/recording.ts";
import { seedEarlier } from "./seed-earlier.ts";
import type { WeightsOf } from "./weights-of.ts";

export interface GatewayCountOptions {
  readonly mode: RerouteMode;
  readonly config: QuotaConfig;
  readonly earlier: readonly EarlierUsage[];
  readonly weightsOf: WeightsOf;
  /** First arrival, epoch ms. */
  readonly startMs: number;
  /** How often what was learned is recomputed. */
  readonly tickMs: number;
}

/**
 * What the gateway counts in one replay: a fresh quota engine. Lanes that no quota speaks of are left out, since a
 * log holds no windows that they declare, and nothing else would ever warn or block there.
 */
export class GatewayCount {
  readonly #engine: QuotaEngine;
  readonly #lanes: ReadonlySet<LaneId>;
  readonly #tickMs: number;
  #nextTickMs: number = Number.NEGATIVE_INFINITY;

  constructor({ mode, config, earlier, weightsOf, startMs, tickMs }: GatewayCountOptions) {
    this.#engine = createQuotaEngine({ config, mode });
    this.#lanes = new Set([...config.models, ...config.pools].map(({ lane }) => lane));
    this.#tickMs = tickMs;
    const counted = earlier.filter(({ lane }) => this.#lanes.has(lane));
    seedEarlier(this.#engine, counted, weightsOf, config.rollingMs, startMs);
  }

  /** @param predicted Counted tokens that the request is expected to take. */
  room(lane: LaneId, model: string, predicted: number, nowMs: number): LaneRoom {
    return this.#lanes.has(lane) ? this.#engine.assess({ lane, model, predicted, nowMs }) : ROOM_UNKNOWN;
  }

  reserve(lease: LeaseInput, nowMs: number): void {
    if (this.#lanes.has(lease.lane)) this.#engine.reserve(lease, nowMs);
  }

  /** @param record What the attempt took; `null`: nothing. */
  settle(lane: LaneId, rid: string, attempt: number, record: UsageRecord | null, nowMs: number): void {
    if (this.#lanes.has(lane)) this.#engine.settle(rid, attempt, record, nowMs);
  }

  observeLimit(limit: LimitInput): void {
    if (this.#lanes.has(limit.lane)) this.#engine.observeLimit(limit);
  }

  tick(nowMs: number): void {
    if (nowMs < this.#nextTickMs) return;
    this.#engine.tick(nowMs);
    this.#nextTickMs = nowMs + this.#tickMs;
  }
}

const ROOM_UNKNOWN: LaneRoom = { warned: false, blocked: false, spentUntilMs: null, headroomTokens: null };
