import type {
  LaneId,
  LaneWindow,
  LimitSignal,
  ModelUsage,
  NumberSource,
  QuotaConfig,
  RerouteMode,
  TokenCounts,
  TrafficClass,
  WindowReading,
} from "@ccp/usage-contract";
import type { LearnedUnit } from "./calibration/unit-learner.ts";
import type { ProbeResult } from "./probe/parse-probe-results.ts";
import type { OthersUsed, SharedCounter } from "./shared/shared-types.ts";
import type { EngineSnapshot, RestoreResult } from "./snapshot/engine-snapshot.ts";

export interface QuotaEngineOptions {
  readonly config: QuotaConfig;
  /** Only shown in `modelUsage`; the engine itself chooses no lane. Default `hybrid`. */
  readonly mode?: RerouteMode;
  /**
   * Where the `session` speeds begin, epoch ms. Records with an earlier `atMs` (a replayed log) count in windows
   * and not in the session. Default: every record counts.
   */
  readonly sessionStartMs?: number;
}

/** Pictures and documents of a request. They are told apart, for their bytes say nothing of their tokens. */
export interface RequestMedia {
  /** Bytes of the body that are encoded media. */
  readonly bytes: number;
  /** Tokens that they are expected to take. */
  readonly tokens: number;
  /** Tokens that they take at least. */
  readonly leastTokens: number;
  /** How many of them lie elsewhere: nothing is learned from a request with such. */
  readonly elsewhere: number;
}

/** What a request weighs. */
export interface RequestBody {
  /** Size of the whole body. */
  readonly bodyBytes?: number;
  /** Absent: it is all text. */
  readonly media?: RequestMedia;
}

/** What one answer took, as its lane reported it (or as it was estimated). */
export interface UsageRecord extends RequestBody {
  readonly lane: LaneId;
  readonly model: string;
  readonly counts: TokenCounts;
  /** Epoch ms at which the answer ended. A time ahead of `nowMs` counts as `nowMs`. */
  readonly atMs: number;
  /** Decision to last byte, ms. */
  readonly wallMs: number;
  /** First to last byte, ms; 0 when the answer was not streamed. */
  readonly streamMs: number;
  readonly ttftMs: number | null;
  /** 0..23 in the server's own zone: the engine knows no zones. */
  readonly localHour: number;
  /** The counts are a guess: they count in the windows, nothing is learned from them. */
  readonly estimated: boolean;
  /** The times of an estimate are meant: speeds take it in, predictions do not. */
  readonly timed?: boolean;
}

export interface PredictInput extends RequestBody {
  readonly lane: LaneId;
  readonly model: string;
  readonly bodyBytes: number;
  /** All input classes, where somebody names them: believed as they are, and the body is not asked. */
  readonly inputTokens?: number;
  /** The input is all outside the prompt cache, whatever is common. Default `false`. */
  readonly uncached?: boolean;
  /** The request's `max_tokens`; `null` when it has none. */
  readonly maxTokens: number | null;
  /**
   * `false` where the lane cannot hold the conversation in its prompt cache: then what is commonly read from the cache
   * counts as plain input. Default `true`.
   */
  readonly cacheWarm?: boolean;
}

/** Whole tokens, rounded up. */
export interface Prediction {
  /** All input classes, unweighted. */
  readonly inputTokens: number;
  /** The same at the very least: what a refusal may go by. */
  readonly leastInputTokens: number;
  readonly outputTokens: number;
  /** Both, weighted as the model's quota on this lane weighs them. */
  readonly countedTokens: number;
}

export interface AssessInput {
  readonly lane: LaneId;
  readonly model: string;
  /** Counted tokens the request is expected to take. */
  readonly predicted: number;
  readonly nowMs: number;
  /**
   * Default `main`. Another class is warned and blocked earlier, by the share of the windows that the quotas keep
   * free of it: its own caps' by the rule, the lane's declared ones by the largest share among the model's rules.
   */
  readonly trafficClass?: TrafficClass;
}

/** One limit that binds a model on a lane. */
export interface Constraint {
  /** `rolling`, `weekly`, `pool:NAME:rolling`, `pool:NAME:weekly`, `lane:5h`, … */
  readonly name: string;
  /** 0..1 and beyond, against the configured capacity or as the lane declared it; `null` when unknown. */
  readonly usedPct: number | null;
  /** Counted tokens; `null` where only a ratio is known. */
  readonly usedTokens: number | null;
  /** As configured; for a lane's window what was learned of it. */
  readonly capacityTokens: number | null;
  /** What blocks: the capacity times the learned bias, once the bias is trusted, less what is kept free. */
  readonly effectiveCapacityTokens: number | null;
  /** Effective capacity − used − reserved, never below 0. */
  readonly headroomTokens: number | null;
  /** Epoch ms. */
  readonly resetAtMs: number | null;
  readonly source: NumberSource;
  /** How old the number is; 0 for what the engine counts itself. */
  readonly ageMs: number | null;
  /** (used + reserved + predicted) ÷ effective capacity, or the declared ratio: what the tightest is chosen by. */
  readonly pressure: number;
  readonly warned: boolean;
  /** The pressure has reached 1: used + reserved ≥ capacity, or predicted ≥ headroom, or declared spent. */
  readonly blocked: boolean;
  /** Share of the capacity that the asking class of traffic leaves free, 0..1; absent where it leaves none. */
  readonly keptFree?: number;
}

/** One of the model's own windows on the lane that was asked about. */
export interface WindowFigures {
  readonly usedTokens: number;
  readonly capacityTokens: number | null;
  /** Against the configured capacity; `null` without one. */
  readonly usedPct: number | null;
  /** (capacity − used − reserved) ÷ capacity, never below 0. */
  readonly headroomPct: number | null;
  /** When the window ends or its oldest sample leaves, epoch ms, uncorrected; `null` when neither is known. */
  readonly resetAtMs: number | null;
  /** Seconds until then, less the learned gap where the reset is calculated; 0 when nothing is counted. */
  readonly etaSec: number;
}

export interface Assessment {
  readonly constraints: readonly Constraint[];
  /** The tightest constraint; `null` when nothing is known that could bind. */
  readonly binding: Constraint | null;
  /** Of the binding constraint where it counts tokens, else of the model's rolling window. */
  readonly usedTokens: number;
  /** What requests of this model hold on this lane right now. */
  readonly reservedTokens: number;
  /** The smallest headroom among the constraints that count tokens. */
  readonly headroomTokens: number | null;
  /** The smaller headroom of the rolling and the weekly window. */
  readonly headroomPct: number | null;
  /** `warnPctAuto` once its confidence is 0.5, else `warnPct`. */
  readonly warnThreshold: number;
  readonly warnPct: number;
  readonly warnPctAuto: number;
  readonly confidence: number;
  /** A constraint has reached its warn threshold. */
  readonly warned: boolean;
  /** Used + reserved ≥ effective capacity, or predicted ≥ headroom, or the lane declared a window spent. */
  readonly blocked: boolean;
  /** Latest declared reset among the windows that the lane declared spent, epoch ms. */
  readonly spentUntilMs: number | null;
  readonly rolling: WindowFigures;
  readonly weekly: WindowFigures;
  /** Requests of the model that the lane served in the rolling window. */
  readonly requests: number;
}

export interface LeaseInput {
  readonly rid: string;
  readonly attempt: number;
  readonly lane: LaneId;
  readonly model: string;
  /** Counted tokens, as {@link Prediction.countedTokens}. */
  readonly predicted: number;
  /** Epoch ms after which the reservation no longer holds anything. */
  readonly deadlineMs: number;
}

export interface LimitInput {
  readonly lane: LaneId;
  readonly model: string;
  readonly signal: LimitSignal;
  readonly nowMs: number;
  /**
   * When the refused request was sent, epoch ms. A request sent before the last limit of this model was seen
   * belongs to the same burst and teaches nothing new. Without it every limit is a sample.
   */
  readonly startedAtMs?: number | null;
  /** What other gateways used by then, for a limit that is played again later. Default: what is known of them now. */
  readonly others?: readonly OthersUsed[];
}

/** What was learned about one model on one lane. */
export interface CalibrationView {
  /** Calculated minus declared reset, seconds, signed; `null` without samples. */
  readonly gapSecondsP50: number | null;
  readonly gapSecondsP95: number | null;
  readonly gapSamples: number;
  /** Share of the configured capacity at which the plan really ends; `null` without samples. */
  readonly bias: number | null;
  readonly biasSamples: number;
  /** 0..1; nothing learned is used under 0.5. */
  readonly confidence: number;
  readonly warnPct: number;
  readonly warnPctAuto: number;
}

/** One line of everything that was learned: of a model on a lane, or of a pool. */
export interface CalibrationRow extends CalibrationView {
  readonly kind: "model" | "pool";
  readonly name: string;
  readonly lane: LaneId;
  /** When the rolling window resets by the engine's own arithmetic, epoch ms; `null` while nothing is counted. */
  readonly calculatedResetMs: number | null;
  /** The reset that the lane declared last for it, epoch ms; `null` without one that lies ahead. */
  readonly declaredResetMs: number | null;
}

/** What the router knows and the engine shows. */
export interface ModelMarks {
  readonly cooldownActive: boolean;
  /** Epoch seconds. */
  readonly cooldownNextTs: number | null;
  /** Preferred lane of a model that has no quota. Default: the lane that served it last. */
  readonly lane?: LaneId;
}

/**
 * Counts tokens, weighs limits, holds reservations and learns how far its own numbers are off.
 *
 * Every `nowMs` is the present wall clock in epoch ms, also while an old log is replayed (only
 * {@link UsageRecord.atMs} is old then): a present that falls behind by more than a minute is taken for a clock
 * that was set back.
 *
 * @throws {RangeError} From any method whose `nowMs`, `predicted` or `deadlineMs` is not a finite number.
 */
export interface QuotaEngine {
  /** Takes new quotas; counts, reservations and what was learned stay. */
  reconfigure(config: QuotaConfig, nowMs: number): void;
  predict(input: PredictInput): Prediction;
  assess(input: AssessInput): Assessment;
  /** Holds `predicted` tokens until {@link settle} or the deadline. The same rid and attempt replaces its lease. */
  reserve(lease: LeaseInput, nowMs: number): void;
  /**
   * Ends a lease and counts what the request took; `null` when nothing was spent.
   *
   * @returns Whether this call settled it. `false`: unknown or settled before, and nothing was counted. A lease
   *   past its deadline holds nothing, but the first settle still counts: the tokens were spent.
   */
  settle(rid: string, attempt: number, record: UsageRecord | null, nowMs: number): boolean;
  /** Counts usage that held no lease: a replayed log, an import, a simulation. */
  record(record: UsageRecord, nowMs: number): void;
  /** Takes in what a lane declares about its windows. `model`: whose answer carried it; `null` for a quota endpoint. */
  observeWindows(lane: LaneId, model: string | null, readings: readonly WindowReading[], nowMs: number): void;
  /** Forgets all that was counted and learned of one account on a lane. */
  forgetLane(lane: LaneId, nowMs: number): void;
  /** Forgets what a lane declared about its windows, for an operator who knows better. */
  forgetWindows(lane: LaneId, nowMs: number): void;
  /** For a count that gateways on one plan share. */
  readonly shared: SharedCounter;
  /** Takes in what another gateway read of a lane's windows: believed like an own reading, and nothing is learned from it. */
  adoptWindows(lane: LaneId, model: string | null, readings: readonly WindowReading[], nowMs: number): void;
  /** Learns from a refusal. Only `quota` signals teach; an overload is no evidence about a cap. */
  observeLimit(input: LimitInput): void;
  /** Takes the results of a limit probe; they replace those of the call before. */
  seedProbe(results: readonly ProbeResult[], nowMs: number): void;
  /** Ends leases past their deadline and recomputes what was learned. */
  tick(nowMs: number): void;
  calibration(lane: LaneId, model: string, nowMs: number): CalibrationView;
  /** The same for every model on every lane it was counted on or has its quota on, then for every pool. */
  calibrations(nowMs: number): CalibrationRow[];
  /**
   * Forgets what traffic taught: of one model, or of all models, pools and units; on one lane, or on all. Counts stay,
   * and so does what {@link seedProbe} was given.
   *
   * @returns How many models, pools and lanes were meant; 0 for a name that nothing is known of.
   */
  resetCalibration(which: { readonly model?: string; readonly lane?: LaneId }, nowMs: number): number;
  /** How many tokens one percent of each declared window is, as far as it was learned. */
  learnedUnits(lane: LaneId, nowMs: number): LearnedUnit[];
  /** One model of `GET /v1/usage`. All numbers but `lanes` and `speeds` are of the quota's own lane. */
  modelUsage(model: string, marks: ModelMarks, nowMs: number): ModelUsage;
  /** Models named by a quota, then those seen; at most 200 without a quota of their own, then `other`. */
  models(): string[];
  /** The lane's windows, declared ones first; a window it does not declare shows its tightest configured cap. */
  laneWindows(lane: LaneId, nowMs: number): LaneWindow[];
  /** The quota key a model falls under, or `other`: a closed set, fit for metric labels. */
  quotaKey(model: string): string;
  /** Plain JSON of all counts and learned values. Leases are left out: they end with the process. */
  snapshot(): EngineSnapshot;
  /**
   * Replaces the state by a snapshot's. Never throws over a bad one: the reason is returned and the state stays.
   *
   * @param options `keepSession`: the session speeds go on where the snapshot left them (after a crash); without it a
   *   new session begins.
   */
  restore(snapshot: unknown, nowMs: number, options?: { readonly keepSession?: boolean }): RestoreResult;
}
