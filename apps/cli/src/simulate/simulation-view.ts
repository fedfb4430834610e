import type { LaneId, RerouteMode } from "@ccp/usage-contract";
import type { LineCounts, Recording } from "./recording/recording.ts";
import type { ModeFigures } from "./replay/mode-tally.ts";
import type { Simulation } from "./simulate.ts";
import { type AssumedCap, uncappedLanes } from "./upstream/assume-limits.ts";
import { windowName } from "./upstream/window-name.ts";

/** A cap that an upstream is taken to have, in words. */
export interface CapView {
  readonly lane: LaneId;
  readonly kind: AssumedCap["subject"]["kind"];
  /** Model key or name of the pool; `null`: everything on the lane. */
  readonly name: string | null;
  /** `5h`, `7d`, or `rolling` and `weekly` where the length has no short name. */
  readonly window: string;
  readonly capacityTokens: number;
  readonly configuredTokens: number | null;
  readonly source: AssumedCap["source"];
  readonly samples: number;
}

export interface LossView {
  readonly lane: LaneId;
  readonly lostMs: number;
  readonly samples: number;
}

/** Everything a simulation has to tell, for both ways of showing it. */
export interface SimulationView {
  readonly log: string;
  readonly quotas: string | null;
  readonly catalog: string | null;
  readonly cooldownSec: number;
  readonly preemptAt: "block" | "warn";
  readonly fromMs: number;
  readonly toMs: number;
  readonly lines: LineCounts;
  readonly recordedModes: readonly RerouteMode[];
  readonly recorded: ModeFigures;
  readonly modes: ReadonlyMap<RerouteMode, ModeFigures>;
  readonly caps: readonly CapView[];
  /** Lanes of which no cap is known: they never refuse. */
  readonly uncapped: readonly LaneId[];
  /** What an attempt at a limit costs on each lane that can refuse. */
  readonly losses: readonly LossView[];
  /** Lanes whose limits name their end. */
  readonly namingEnds: readonly LaneId[];
  /** Of these, the ones whose windows end whole, instead of losing what is oldest. */
  readonly wholeWindows: readonly LaneId[];
  /** Limits that the count does not explain. */
  readonly foreignLimits: number;
  readonly unserved: number;
  /** Models whose windows were not empty when the log began. */
  readonly earlierModels: number;
  readonly pinned: number;
  readonly misrouted: number;
  readonly unusable: ReadonlyMap<LaneId, string>;
}

export interface SimulationSource {
  readonly log: string;
  readonly quotas: string | null;
  readonly catalog: string | null;
  readonly cooldownSec: number;
  readonly preemptAt: "block" | "warn";
  readonly rollingMs: number;
  readonly weeklyMs: number;
}

export function viewSimulation(
  source: SimulationSource,
  recording: Recording,
  simulation: Simulation,
): SimulationView {
  const { limits, losses } = simulation;
  const { rollingMs, weeklyMs, ...where } = source;
  const refusing = new Set(limits.caps.map(({ subject }) => subject.lane));
  for (const { lane } of limits.foreign.values()) refusing.add(lane);
  return {
    ...where,
    fromMs: recording.fromMs ?? 0,
    toMs: recording.toMs ?? 0,
    lines: recording.lines,
    recordedModes: recording.modes,
    recorded: recording.figures,
    modes: simulation.modes,
    caps: limits.caps.map((cap) => capView(cap, { rolling: rollingMs, weekly: weeklyMs })),
    uncapped: uncappedLanes(limits.caps, losses.keys()).sort(),
    losses: [...losses].flatMap(([lane, loss]) => (refusing.has(lane) ? [{ lane, ...loss }] : [])),
    namingEnds: [...limits.history.namesEnd].sort(),
    wholeWindows: [...limits.wholeWindows].sort(),
    foreignLimits: limits.foreign.size,
    unserved: simulation.unserved,
    earlierModels: recording.earlier.length,
    pinned: recording.requests.filter(({ pin }) => pin !== null).length,
    misrouted: recording.misrouted,
    unusable: simulation.unusable,
  };
}

function capView(
  { subject, window, capacityTokens, configuredTokens, source, samples }: AssumedCap,
  lengths: Readonly<Record<AssumedCap["window"], number>>,
): CapView {
  const { lane, kind, name } = subject;
  const length = windowName(lengths[window]) ?? window;
  return { lane, kind, name, window: length, capacityTokens, configuredTokens, source, samples };
}
