import type { GatewayReading } from "./gateway-reading.ts";

/** Why a run ended before its last request. */
export type ProbeStop = "limit" | "throttled" | "rerouted" | "error" | "interrupted";

/** What became of one request. */
export interface Sent {
  /** HTTP status of the lane; of the simulated plan in a dry run. */
  readonly status: number;
  /** Counted or reported tokens that it took; `null` where nobody said. */
  readonly tokens: number | null;
  readonly stop: Exclude<ProbeStop, "interrupted"> | null;
  /** Tokens left when it was sent, by whoever enforces the limit; `null` where that is not known. */
  readonly observedHeadroom: number | null;
  /** The reset that counts for a gap, epoch seconds of the gateway; `null` for none. */
  readonly resetTs: number | null;
}

/** One request of a probe, under the names it is logged by. */
export interface ProbeRequest {
  /** RFC 3339. */
  readonly timestamp: string;
  readonly index: number;
  readonly status: number;
  /** 0..23, where the probe runs. */
  readonly hour: number;
  readonly tokens: number | null;
  readonly calc_headroom: number | null;
  readonly observed_limit: boolean;
  readonly observed_headroom: number | null;
  /** Calculated minus observed. */
  readonly headroom_diff: number | null;
}

/** A reset met on the way, and how far off the gateway's own calculation was. */
export interface GapSample {
  readonly resetTs: number;
  readonly gapSec: number;
}

export interface ProbeRun {
  readonly model: string;
  readonly simulated: boolean;
  readonly startedAt: string;
  readonly hour: number;
  readonly requests: readonly ProbeRequest[];
  readonly gaps: readonly GapSample[];
  readonly stop: ProbeStop | null;
  /** Before the last request, and after it. */
  readonly before: GatewayReading;
  readonly after: GatewayReading;
}

/** One row of the results table. */
export interface ProbeTableRow {
  readonly timestamp: string;
  readonly model: string;
  readonly repeat: number;
  readonly first_429_index: number | null;
  readonly calc_headroom: number | null;
  readonly inferred_multiplier: number | null;
  readonly hour: number;
  readonly status: string;
}

/** One entry of the results file's `json` block. */
export interface ProbeBlockEntry {
  readonly model: string;
  readonly gap_seconds_p50: number | null;
  readonly gap_seconds_p95: number | null;
  readonly samples: number;
}

/** Resets closer together than this are one reset told twice. */
const SAME_RESET_SEC = 60;
/** How far past its own length the reset of a window may lie. */
const RESET_SLACK_SEC = 900;

export function describeRequest(
  index: number,
  at: { readonly timestamp: string; readonly hour: number },
  before: GatewayReading,
  sent: Sent,
): ProbeRequest {
  const calculated = before.headroomTokens;
  const observed = sent.observedHeadroom;
  return {
    timestamp: at.timestamp,
    index,
    status: sent.status,
    hour: at.hour,
    tokens: sent.tokens,
    calc_headroom: whole(calculated),
    observed_limit: sent.status === 429,
    observed_headroom: whole(observed),
    headroom_diff: calculated === null || observed === null ? null : whole(calculated - observed),
  };
}

/** Takes one gap for each reset, however many requests tell of it; the newest reading stands. */
export function addGap(gaps: readonly GapSample[], sent: Sent, after: GatewayReading): readonly GapSample[] {
  const { resetTs } = sent;
  if (resetTs === null || after.calculatedResetTs === null) return gaps;
  const others = gaps.filter((gap) => Math.abs(gap.resetTs - resetTs) >= SAME_RESET_SEC);
  return [...others, { resetTs, gapSec: after.calculatedResetTs - resetTs }];
}

export function tableRow(run: ProbeRun): ProbeTableRow {
  const limited = run.requests.find((request) => request.observed_limit);
  return {
    timestamp: run.startedAt,
    model: run.model,
    repeat: run.requests.length,
    first_429_index: limited?.index ?? null,
    calc_headroom: limited === undefined ? whole(run.after.headroomTokens) : limited.calc_headroom,
    inferred_multiplier: inferredMultiplier(run),
    hour: run.hour,
    status: statusWord(run),
  };
}

/**
 * How much of the configured rolling cap was counted when the plan said that it was spent. Nothing from a dry run,
 * from a refusal that the gateway did not take for a spent plan, or from a limit of a longer window.
 */
function inferredMultiplier({ simulated, stop, before, after }: ProbeRun): number | null {
  const { capacityTokens, usedTokens } = before;
  if (simulated || stop !== "limit" || capacityTokens === null || usedTokens === 0) return null;
  const resetSec = after.declaredResetTs === null ? 0 : after.declaredResetTs - after.ts;
  if (resetSec > after.rollingSec + RESET_SLACK_SEC) return null;
  return Math.round((usedTokens / capacityTokens) * 10_000) / 10_000;
}

function statusWord({ simulated, stop, requests }: ProbeRun): string {
  const last = requests.at(-1)?.status ?? 0;
  const word = stop === "interrupted" || stop === "rerouted" || stop === "throttled" ? stop : String(last);
  return simulated ? `sim-${word}` : word;
}

/**
 * What the file's block says of the model after this run. A run that met a real limit speaks for itself; any other
 * leaves what an earlier run measured.
 *
 * @param known What the results file says already; `null` when it says nothing.
 */
export function blockEntry(run: ProbeRun, known: Omit<ProbeBlockEntry, "model"> | null): ProbeBlockEntry {
  const gaps = run.gaps.map(({ gapSec }) => gapSec).sort((a, b) => a - b);
  const isEvidence = gaps.length > 0 && !run.simulated;
  if (known !== null && known.samples > 0 && !isEvidence) return { model: run.model, ...known };
  return {
    model: run.model,
    gap_seconds_p50: percentile(gaps, 0.5),
    gap_seconds_p95: percentile(gaps, 0.95),
    samples: gaps.length,
  };
}

/** Linear interpolation, to a tenth of a second; `null` without samples. */
function percentile(sorted: readonly number[], share: number): number | null {
  const rank = share * (sorted.length - 1);
  const low = sorted[Math.floor(rank)];
  const high = sorted[Math.ceil(rank)];
  if (low === undefined || high === undefined) return null;
  // Adding 0 keeps a tiny negative gap from being written as -0.
  return Math.round((low + (high - low) * (rank % 1)) * 10) / 10 + 0;
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value) + 0;
}
