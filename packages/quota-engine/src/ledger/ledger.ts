import {
  findForModel,
  isGlob,
  type LaneId,
  laneOfAccount,
  type ModelQuota,
  matchesModel,
  modelKey,
  type PoolQuota,
  type QuotaConfig,
} from "@ccp/usage-contract/core";
import type { ProbeSeed } from "../calibration/calibration.ts";
import { Predictor } from "../predict/predictor.ts";
import type { LogicalClock } from "../window/logical-clock.ts";
import { createLaneState, type LaneState } from "./lane-state.ts";
import { createPool, familyOf, type Meter, type ModelEntry, type Pool } from "./model-entry.ts";
import { createTally, type Tally, type WindowLengths } from "./tally.ts";

/** Seen models beyond this many are counted together. */
export const MAX_SEEN_MODELS = 200;
export const OTHER_MODEL = "other";
const MAX_ALIASES = 4096;
/** Longer names are not model names; what follows is cut off so that they cannot fill memory. */
const MAX_NAME_LENGTH = 200;

/** The quota of a model, if it counts on that lane. Each account of a lane has the whole of it. */
export function ruleOn(model: ModelEntry, lane: LaneId): ModelQuota | null {
  return model.quota !== null && model.quota.lane === laneOfAccount(lane) ? model.quota : null;
}

/** Whether a model (by key) draws on a pool. */
export function drawsOn(pool: PoolQuota, key: string): boolean {
  return pool.models.some((pattern) => matchesModel(pattern, key));
}

function poolsForAccount(config: QuotaConfig, lane: LaneId): PoolQuota[] {
  const owner = laneOfAccount(lane);
  return config.pools.filter((quota) => quota.lane === owner).map((quota) => ({ ...quota, lane }));
}

/** Holds every counter and finds the right ones for a model and a lane. */
export class Ledger {
  config: QuotaConfig;
  readonly clock: LogicalClock;
  readonly models: Map<string, ModelEntry> = new Map();
  readonly lanes: Map<LaneId, LaneState> = new Map();
  pools: Pool[] = [];
  /** Gateways on the same plan that were heard of last, apart from this one. */
  otherGateways = 0;
  /** What a limit probe found, by model key. */
  seeds: ReadonlyMap<string, ProbeSeed> = new Map();
  /** Every spelling met, so that the request path folds no name twice. */
  readonly #aliases: Map<string, ModelEntry> = new Map();

  constructor(config: QuotaConfig, clock: LogicalClock) {
    this.config = config;
    this.clock = clock;
    this.pools = config.pools.map((quota) => createPool(quota, this.newTally(quota)));
    this.addConfigured();
  }

  get lengths(): WindowLengths {
    return this.config;
  }

  /** Finds a model by any spelling. A name that was never counted is answered and not kept. */
  find(name: string): ModelEntry {
    const known = this.#aliases.get(name);
    if (known !== undefined) return known;
    const key = modelKey(name.slice(0, MAX_NAME_LENGTH));
    const entry = this.models.get(key) ?? this.createEntry(key);
    if (name.length > MAX_NAME_LENGTH) return entry;
    if (this.#aliases.size >= MAX_ALIASES) this.#aliases.clear();
    this.#aliases.set(name, entry);
    return entry;
  }

  /** Finds a model that is about to be counted: from now on it is among the models, or part of `other`. */
  count(name: string): ModelEntry {
    const entry = this.find(name);
    if (entry.known) return entry;
    // Two spellings first asked about and then counted must end in one entry.
    const twin = this.models.get(entry.key);
    const kept = twin ?? this.#admit(entry);
    if (name.length <= MAX_NAME_LENGTH) this.#aliases.set(name, kept);
    return kept;
  }

  meter(entry: ModelEntry, lane: LaneId): Meter | undefined {
    for (const meter of entry.meters) if (meter.lane === lane) return meter;
    return undefined;
  }

  openMeter(entry: ModelEntry, lane: LaneId): Meter {
    const open = this.meter(entry, lane);
    if (open !== undefined) return open;
    const meter: Meter = { lane, tally: this.newTally(ruleOn(entry, lane)), predictor: new Predictor() };
    entry.meters.push(meter);
    this.applySeed(entry, meter);
    this.lanes.get(lane)?.declared.adopt(meter.tally, this.clock);
    return meter;
  }

  /** Takes what a probe found; it replaces what one found before. */
  seed(seeds: ReadonlyMap<string, ProbeSeed>): void {
    this.seeds = seeds;
    for (const key of seeds.keys()) {
      const entry = this.models.get(key);
      // A model that a quota names shows what the probe found before its first request.
      if (entry !== undefined && entry.quota !== null) this.openMeter(entry, entry.quota.lane);
    }
    for (const entry of this.models.values()) {
      for (const meter of entry.meters) this.applySeed(entry, meter);
    }
  }

  /** A probe measures a model on the lane of its quota. */
  applySeed(entry: ModelEntry, meter: Meter): void {
    const seed = this.seeds.get(entry.key) ?? null;
    const applies = entry.quota === null || ruleOn(entry, meter.lane) !== null;
    meter.tally.rolling.calibration.setSeed(applies ? seed : null, this.clock.highWaterMs);
  }

  lane(lane: LaneId): LaneState | undefined {
    return this.lanes.get(lane);
  }

  openLane(lane: LaneId): LaneState {
    const open = this.lanes.get(lane);
    if (open !== undefined) return open;
    const state = createLaneState(lane);
    this.lanes.set(lane, state);
    if (laneOfAccount(lane) !== lane) this.#addAccountPools(lane);
    return state;
  }

  /** Forgets all that was counted and learned of one account on a lane. */
  forgetLane(lane: LaneId): void {
    this.lanes.delete(lane);
    this.pools = this.pools.filter((pool) => pool.quota.lane !== lane);
    for (const entry of this.models.values()) {
      const at = entry.meters.findIndex((meter) => meter.lane === lane);
      if (at >= 0) entry.meters.splice(at, 1);
      entry.pools = entry.pools.filter((pool) => pool.quota.lane !== lane);
      if (entry.lastLane === lane) entry.lastLane = laneOfAccount(lane);
    }
  }

  /** The quotas' pools, and each of them again for every further account of its lane. */
  poolQuotas(config: QuotaConfig): PoolQuota[] {
    const accounts = [...this.lanes.keys()].filter((lane) => laneOfAccount(lane) !== lane);
    return [...config.pools, ...accounts.flatMap((lane) => poolsForAccount(config, lane))];
  }

  newTally(rule: ModelQuota | Pool["quota"] | null): Tally {
    return createTally(rule, this.lengths, this.clock);
  }

  /** Every tally there is: of models on lanes, then of pools. */
  *tallies(): Generator<Tally> {
    for (const entry of this.models.values()) for (const meter of entry.meters) yield meter.tally;
    for (const pool of this.pools) yield pool.tally;
  }

  /** The tallies that are counted on a lane. */
  *talliesOn(lane: LaneId): Generator<Tally> {
    for (const entry of this.models.values()) {
      const meter = this.meter(entry, lane);
      if (meter !== undefined) yield meter.tally;
    }
    for (const pool of this.pools) if (pool.quota.lane === lane) yield pool.tally;
  }

  /** The wall clock was set back: resets keep their wall time, and no span is measured across it. */
  shift(byMs: number): void {
    for (const tally of this.tallies()) {
      for (const window of [tally.rolling, tally.weekly]) {
        window.counter.shift(byMs);
        window.span = null;
      }
    }
    for (const lane of this.lanes.values()) {
      for (const learner of lane.units.byWindow.values()) learner.breakSpan();
    }
  }

  forgetAliases(): void {
    this.#aliases.clear();
  }

  /** A model entry as the quotas stand, without counters. What is counted together falls under no quota. */
  createEntry(key: string): ModelEntry {
    const quota = key === OTHER_MODEL ? null : findForModel(this.config.models, (entry) => entry.key, key);
    return {
      key,
      name: quota !== null && !isGlob(quota.key) ? quota.key : key,
      family: familyOf(key),
      quota,
      pools: this.poolsOf(key),
      known: false,
      meters: [],
      speeds: null,
      lastLane: null,
    };
  }

  poolsOf(key: string): Pool[] {
    return key === OTHER_MODEL ? [] : this.pools.filter((pool) => drawsOn(pool.quota, key));
  }

  /** Models that a quota names count from the start. */
  addConfigured(): void {
    for (const quota of this.config.models) {
      const key = modelKey(quota.key);
      if (isGlob(quota.key) || this.models.has(key)) continue;
      this.models.set(key, { ...this.createEntry(key), known: true });
    }
  }

  #addAccountPools(lane: LaneId): void {
    const added = poolsForAccount(this.config, lane).map((quota) => createPool(quota, this.newTally(quota)));
    if (added.length === 0) return;
    this.pools.push(...added);
    for (const entry of this.models.values()) entry.pools = this.poolsOf(entry.key);
    this.forgetAliases();
  }

  #admit(entry: ModelEntry): ModelEntry {
    const full = entry.key !== OTHER_MODEL && this.#seen() >= MAX_SEEN_MODELS;
    const kept = full ? (this.models.get(OTHER_MODEL) ?? this.createEntry(OTHER_MODEL)) : entry;
    kept.known = true;
    this.models.set(kept.key, kept);
    return kept;
  }

  #seen(): number {
    let seen = 0;
    for (const entry of this.models.values()) {
      const named = entry.quota !== null && !isGlob(entry.quota.key);
      if (!named && entry.key !== OTHER_MODEL) seen += 1;
    }
    return seen;
  }
}
