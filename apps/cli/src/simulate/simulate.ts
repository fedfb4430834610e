import type { Catalog, LaneKey } from "@ccp/provider-catalog";
import type { LaneId, QuotaConfig, RerouteMode } from "@ccp/usage-contract";
import type { Recording } from "./recording/recording.ts";
import { createLanePlans, type LanePlans } from "./replay/lane-plans.ts";
import type { ModeFigures } from "./replay/mode-tally.ts";
import { Replay } from "./replay/replay.ts";
import { createWeightsOf } from "./replay/weights-of.ts";
import { type AssumedLimits, assumeLimits } from "./upstream/assume-limits.ts";
import { AssumedUpstream, DEFAULT_LOST_MS, typicalLostMs } from "./upstream/assumed-upstream.ts";

export interface SimulationOptions {
  readonly modes: readonly RerouteMode[];
  readonly catalog: Catalog;
  readonly keys: readonly LaneKey[];
  readonly config: QuotaConfig;
  /** Of the replays. */
  readonly cooldownMs: number;
  /** What the recording gateway most likely ran with. */
  readonly recordedCooldownMs: number;
  readonly tickMs: number;
  /** Called now and then with the share that is done, 0..1. @returns Whether to go on. */
  readonly pause: (share: number) => Promise<boolean>;
}

/** What an attempt at a limit costs on a lane. */
export interface AssumedLoss {
  readonly lostMs: number;
  /** Attempts it is the median of; 0: the default. */
  readonly samples: number;
}

export interface Simulation {
  readonly modes: ReadonlyMap<RerouteMode, ModeFigures>;
  readonly limits: AssumedLimits;
  /** By lane, for every lane that a replay may use. */
  readonly losses: ReadonlyMap<LaneId, AssumedLoss>;
  /** Lanes that a route names but no replay used, with the reason. */
  readonly unusable: ReadonlyMap<LaneId, string>;
  /** Requests that nobody served in the log: they count with what they were expected to take. */
  readonly unserved: number;
}

/** Some tens of milliseconds of work. */
const ARRIVALS_PER_STEP = 10_000;

/** Replays a log in each mode. @returns `null` when it was told to stop. */
export async function simulate(recording: Recording, options: SimulationOptions): Promise<Simulation | null> {
  const { catalog, keys, config, modes } = options;
  const weightsOf = createWeightsOf(config);
  const plans = createLanePlans(catalog, keys, lanesThatServed(recording));
  const limits = assumeLimits(recording, { config, weightsOf, cooldownMs: options.recordedCooldownMs });
  const figures = new Map<RerouteMode, ModeFigures>();
  for (const mode of modes) {
    const upstream = new AssumedUpstream(recording, { config, limits, weightsOf });
    const { cooldownMs, tickMs } = options;
    const replay = new Replay(recording, { mode, config, cooldownMs, tickMs, plans, upstream, weightsOf });
    while (!replay.run(ARRIVALS_PER_STEP)) {
      const share = replay.arrived / Math.max(1, recording.requests.length);
      if (!(await options.pause((figures.size + share) / modes.length))) return null;
    }
    figures.set(mode, replay.figures);
  }
  return {
    modes: figures,
    limits,
    losses: assumedLosses(recording, plans, limits),
    unusable: plans.unusable(),
    unserved: recording.requests.filter(
      ({ counts, attempts }) => counts === null && attempts.at(-1)?.end !== "ended",
    ).length,
  };
}

function lanesThatServed({ requests }: Recording): Set<LaneId> {
  const seen = new Set<LaneId>();
  for (const { attempts } of requests) {
    for (const { lane, end } of attempts) if (end === "served") seen.add(lane);
  }
  return seen;
}

function assumedLosses(
  { requests }: Recording,
  plans: LanePlans,
  { history }: AssumedLimits,
): Map<LaneId, AssumedLoss> {
  const typical = typicalLostMs(history.lostMs);
  const losses = new Map<LaneId, AssumedLoss>();
  for (const request of requests) {
    for (const { id, unusable } of plans.planOf(request)) {
      if (unusable !== null || losses.has(id)) continue;
      const lostMs = typical.get(id) ?? DEFAULT_LOST_MS;
      losses.set(id, { lostMs, samples: history.lostMs.get(id)?.length ?? 0 });
    }
  }
  return losses;
}
