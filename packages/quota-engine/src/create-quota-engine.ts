import type { LaneWindow, ModelUsage } from "@ccp/usage-contract";
import {
  DEFAULT_REROUTE_MODE,
  isGlob,
  type LaneId,
  modelKey,
  type QuotaConfig,
  type RerouteMode,
  type WindowReading,
} from "@ccp/usage-contract/core";
import { assessModel } from "./assess/assess-model.ts";
import { calibrationRows, resetCalibration } from "./calibration/calibration-rows.ts";
import { calibrationView } from "./calibration/calibration-view.ts";
import { observeLimit } from "./calibration/observe-limit.ts";
import { adoptWindows, observeWindows } from "./calibration/observe-windows.ts";
import type { LearnedUnit } from "./calibration/unit-learner.ts";
import { type Holder, LeaseBook } from "./lease/lease-book.ts";
import { Ledger, OTHER_MODEL, ruleOn } from "./ledger/ledger.ts";
import { reconfigureLedger } from "./ledger/reconfigure.ts";
import { countRecord } from "./ledger/usage-record.ts";
import { predictRequest } from "./predict/predict-request.ts";
import type { ProbeResult } from "./probe/parse-probe-results.ts";
import { seedProbe } from "./probe/seed-probe.ts";
import { createSharedCounter } from "./shared/shared-counter.ts";
import type { SharedCounter } from "./shared/shared-types.ts";
import {
  type EngineSnapshot,
  type RestoreResult,
  readSnapshot,
  saveSnapshot,
} from "./snapshot/engine-snapshot.ts";
import type {
  AssessInput,
  Assessment,
  CalibrationRow,
  CalibrationView,
  LeaseInput,
  LimitInput,
  ModelMarks,
  PredictInput,
  Prediction,
  QuotaEngine,
  QuotaEngineOptions,
  UsageRecord,
} from "./types.ts";
import { laneWindows } from "./usage/lane-windows.ts";
import { modelUsage } from "./usage/model-usage.ts";
import { type Instant, LogicalClock } from "./window/logical-clock.ts";

/**
 * Creates an engine that holds no count yet.
 *
 * @example
 * const engine = createQuotaEngine({ config: toQuotaConfig({ models: { "glm-4.7": { provider: "zai", rolling_tokens: 2e6 } } }) });
 * engine.assess({ lane: "zai", model: "glm-4.7", predicted: 1200, nowMs }).blocked; // => false
 */
export function createQuotaEngine(options: QuotaEngineOptions): QuotaEngine {
  return new Engine(options);
}

class Engine implements QuotaEngine {
  readonly shared: SharedCounter = createSharedCounter(
    () => this.#ledger,
    (nowMs) => this.#at(nowMs),
  );
  readonly #leases: LeaseBook = new LeaseBook();
  readonly #mode: RerouteMode;
  #sessionStartMs: number;
  #ledger: Ledger;
  /** One object for all calls: the request path makes as few as it can. Nothing keeps it past its call. */
  readonly #instant: { -readonly [Key in keyof Instant]: Instant[Key] } = {
    wallMs: 0,
    logicalMs: 0,
    offsetMs: 0,
    steppedMs: 0,
  };

  constructor(options: QuotaEngineOptions) {
    this.#mode = options.mode ?? DEFAULT_REROUTE_MODE;
    this.#sessionStartMs = options.sessionStartMs ?? Number.NEGATIVE_INFINITY;
    this.#ledger = new Ledger(options.config, new LogicalClock());
  }

  reconfigure(config: QuotaConfig, nowMs: number): void {
    reconfigureLedger(this.#ledger, config, this.#at(nowMs));
    this.#leases.rehold((lease) => this.#holders(lease.lane, lease.model));
  }

  predict(input: PredictInput): Prediction {
    return predictRequest(this.#ledger, input);
  }

  assess(input: AssessInput): Assessment {
    const at = this.#at(input.nowMs);
    const predicted = checkedTokens(input.predicted);
    const entry = this.#ledger.find(input.model);
    return assessModel(this.#ledger, entry, input.lane, predicted, at, input.trafficClass);
  }

  reserve(lease: LeaseInput, nowMs: number): void {
    const at = this.#at(nowMs);
    if (!Number.isFinite(lease.deadlineMs)) {
      throw new RangeError(`deadlineMs must be epoch milliseconds, got ${lease.deadlineMs}`);
    }
    this.#leases.open(leaseId(lease.rid, lease.attempt), {
      lane: lease.lane,
      model: lease.model,
      // Whole tokens: sums of fractions would not come back to 0.
      tokens: Math.ceil(checkedTokens(lease.predicted)),
      deadlineMs: lease.deadlineMs + at.offsetMs,
      holders: this.#holders(lease.lane, lease.model),
    });
  }

  settle(rid: string, attempt: number, record: UsageRecord | null, nowMs: number): boolean {
    const at = this.#at(nowMs);
    if (!this.#leases.settle(leaseId(rid, attempt))) return false;
    if (record !== null) countRecord(this.#ledger, record, at, this.#sessionStartMs);
    return true;
  }

  record(record: UsageRecord, nowMs: number): void {
    countRecord(this.#ledger, record, this.#at(nowMs), this.#sessionStartMs);
  }

  observeWindows(
    lane: LaneId,
    model: string | null,
    readings: readonly WindowReading[],
    nowMs: number,
  ): void {
    observeWindows(this.#ledger, lane, model, readings, this.#at(nowMs));
  }

  forgetLane(lane: LaneId, nowMs: number): void {
    this.#at(nowMs);
    this.#ledger.forgetLane(lane);
  }

  forgetWindows(lane: LaneId, nowMs: number): void {
    const { logicalMs } = this.#at(nowMs);
    this.#ledger.lane(lane)?.declared.forget();
    for (const tally of this.#ledger.talliesOn(lane)) {
      tally.rolling.counter.undeclare(logicalMs);
      tally.weekly.counter.undeclare(logicalMs);
    }
  }

  adoptWindows(lane: LaneId, model: string | null, readings: readonly WindowReading[], nowMs: number): void {
    adoptWindows(this.#ledger, lane, model, readings, this.#at(nowMs));
  }

  observeLimit(input: LimitInput): void {
    observeLimit(this.#ledger, input, this.#at(input.nowMs));
  }

  seedProbe(results: readonly ProbeResult[], nowMs: number): void {
    this.#at(nowMs);
    seedProbe(this.#ledger, results);
  }

  tick(nowMs: number): void {
    const { logicalMs } = this.#at(nowMs);
    for (const tally of this.#ledger.tallies()) {
      tally.rolling.calibration.recompute(logicalMs);
      tally.weekly.calibration.recompute(logicalMs);
    }
    for (const lane of this.#ledger.lanes.values()) {
      for (const learner of lane.units.byWindow.values()) learner.recompute(logicalMs);
    }
  }

  calibration(lane: LaneId, model: string, nowMs: number): CalibrationView {
    this.#at(nowMs);
    const entry = this.#ledger.find(model);
    return calibrationView(this.#ledger.meter(entry, lane)?.tally ?? null, ruleOn(entry, lane));
  }

  calibrations(nowMs: number): CalibrationRow[] {
    return calibrationRows(this.#ledger, this.#at(nowMs));
  }

  resetCalibration(which: { readonly model?: string; readonly lane?: LaneId }, nowMs: number): number {
    return resetCalibration(this.#ledger, which.model ?? null, which.lane ?? null, this.#at(nowMs));
  }

  learnedUnits(lane: LaneId, nowMs: number): LearnedUnit[] {
    this.#at(nowMs);
    const units = this.#ledger.lane(lane)?.units.byWindow ?? new Map<string, never>();
    return [...units].map(([window, learner]) => learner.view(window));
  }

  modelUsage(model: string, marks: ModelMarks, nowMs: number): ModelUsage {
    return modelUsage(this.#ledger, this.#ledger.find(model), this.#mode, marks, this.#at(nowMs));
  }

  models(): string[] {
    const named = new Map<string, string>();
    for (const { key } of this.#ledger.config.models) {
      // Of two spellings of one model the first one counts, as it does where quotas are looked up.
      if (!isGlob(key) && !named.has(modelKey(key))) named.set(modelKey(key), key);
    }
    const seen = [...this.#ledger.models.keys()].filter((key) => !named.has(key) && key !== OTHER_MODEL);
    const other = this.#ledger.models.has(OTHER_MODEL) ? [OTHER_MODEL] : [];
    return [...named.values(), ...seen, ...other];
  }

  laneWindows(lane: LaneId, nowMs: number): LaneWindow[] {
    return laneWindows(this.#ledger, lane, this.#at(nowMs));
  }

  quotaKey(model: string): string {
    return this.#ledger.find(model).quota?.key ?? OTHER_MODEL;
  }

  snapshot(): EngineSnapshot {
    return saveSnapshot(this.#ledger, this.#sessionStartMs);
  }

  restore(snapshot: unknown, nowMs: number, { keepSession = false } = {}): RestoreResult {
    this.#at(nowMs);
    const read = readSnapshot(snapshot, this.#ledger.config, keepSession);
    if (!read.success) return { restored: false, reason: read.reason };
    const { seeds } = this.#ledger;
    this.#ledger = read.ledger;
    if (read.sessionStartMs !== null) this.#sessionStartMs = read.sessionStartMs;
    this.#ledger.seed(seeds);
    this.#leases.rehold((lease) => this.#holders(lease.lane, lease.model));
    this.#at(nowMs);
    return { restored: true, savedAtMs: read.savedAtMs, skipped: read.skipped };
  }

  /** One instant; first ends what a passed deadline or a clock that was set ends. */
  #at(nowMs: number): Instant {
    const { clock } = this.#ledger;
    const before = clock.offsetMs;
    const logicalMs = clock.read(nowMs);
    const { offsetMs, steppedMs } = clock;
    if (offsetMs !== before) this.#ledger.shift(offsetMs - before);
    this.#leases.expire(logicalMs);
    const instant = this.#instant;
    instant.wallMs = nowMs;
    instant.logicalMs = logicalMs;
    instant.offsetMs = offsetMs;
    instant.steppedMs = steppedMs;
    return instant;
  }

  #holders(lane: LaneId, model: string): Holder[] {
    const entry = this.#ledger.count(model);
    // First, since opening an account's lane adds its pools.
    const state = this.#ledger.openLane(lane);
    const pools = entry.pools.filter((pool) => pool.quota.lane === lane);
    return [this.#ledger.openMeter(entry, lane).tally, state, ...pools.map((pool) => pool.tally)];
  }
}

function leaseId(rid: string, attempt: number): string {
  return `${attempt}:${rid}`;
}

function checkedTokens(predicted: number): number {
  if (Number.isFinite(predicted) && predicted >= 0) return predicted;
  throw new RangeError(`predicted must be a number of tokens, got ${predicted}`);
}
