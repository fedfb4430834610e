import type { LaneId, QuotaConfig } from "@ccp/usage-contract";
import type { RecordedAttempt, Recording } from "../recording/recording.ts";
import { seedEarlier } from "../replay/seed-earlier.ts";
import type { WeightsOf } from "../replay/weights-of.ts";
import {
  type BoundLimit,
  capacityOf,
  type LimitSubject,
  LimitSubjects,
  WINDOWS,
  type WindowWord,
} from "./limit-subjects.ts";
import { CapSamples } from "./measure-caps.ts";
import { median } from "./median.ts";
import { namedEnds } from "./named-ends.ts";
import { type LimitHistory, type RecordedLimit, readLimits, windowOfEnd } from "./recorded-limits.ts";
import { type NamedEnd, UpstreamCount } from "./upstream-count.ts";

/** From how many counted tokens on an upstream is taken to refuse, and why. */
export interface AssumedCap {
  readonly subject: LimitSubject;
  readonly window: WindowWord;
  readonly capacityTokens: number;
  readonly configuredTokens: number | null;
  /**
   * - `limits`: the median of what had been counted when the log met a limit
   * - `served`: more than the configured cap, since the log shows answers at that count
   * - `config`: the configured cap; the log says nothing of it
   */
  readonly source: "limits" | "served" | "config";
  /** Limits behind it. */
  readonly samples: number;
}

/** All that is taken to be true of the upstreams, whatever the gateway would have done. */
export interface AssumedLimits {
  readonly caps: readonly AssumedCap[];
  readonly subjects: readonly LimitSubject[];
  readonly ends: readonly NamedEnd[];
  /**
   * Lanes whose windows begin with a request and end whole where the lane says so. Of a lane that names its ends this
   * is taken if the limits of the log then come at counts that lie closer together than in windows as configured.
   */
  readonly wholeWindows: ReadonlySet<LaneId>;
  readonly history: LimitHistory;
  /** Limits that the count does not explain: the plan was spent elsewhere. They are met again by the same request. */
  readonly foreign: ReadonlyMap<RecordedAttempt, RecordedLimit>;
}

export interface AssumeOptions {
  readonly config: QuotaConfig;
  readonly weightsOf: WeightsOf;
  /** The cooldown that the recording gateway most likely ran with. */
  readonly cooldownMs: number;
}

/** Works out at which counts the upstreams of a log refuse. */
export function assumeLimits(recording: Recording, options: AssumeOptions): AssumedLimits {
  const { config } = options;
  const history = readLimits(recording, options.cooldownMs);
  const subjects = new LimitSubjects(config, recording.accountLanes);
  for (const model of new Set(recording.requests.map((request) => request.model))) subjects.meet(model);
  const bound = new Map<RecordedAttempt, BoundLimit>();
  for (const limit of history.limits) {
    const window = windowOf(limit, subjects, config);
    bound.set(limit.attempt, { subject: subjects.boundBy(limit.lane, limit.model, window), window });
  }
  const ends = namedEnds(history.limits, config, recording.requests[0]?.atMs ?? 0);
  const measure = (wholeWindows: ReadonlySet<LaneId>): CapSamples => {
    const count = measuringCount(recording, subjects.all, ends, wholeWindows, options);
    return new CapSamples(recording, bound, count);
  };
  const asConfigured = measure(new Set());
  const asWhole = history.namesEnd.size === 0 ? asConfigured : measure(history.namesEnd);
  const wholeWindows = new Set(
    [...history.namesEnd].filter((lane) => asWhole.spread(lane) <= asConfigured.spread(lane)),
  );
  const samplesOf = (lane: LaneId): CapSamples => (wholeWindows.has(lane) ? asWhole : asConfigured);
  const foreign = history.limits.filter(({ lane, attempt }) => samplesOf(lane).foreign.has(attempt));
  return {
    caps: subjects.all.flatMap((subject) =>
      WINDOWS.flatMap((window) => capOf(subject, window, samplesOf(subject.lane)) ?? []),
    ),
    subjects: subjects.all,
    ends,
    wholeWindows,
    history,
    foreign: new Map(foreign.map((limit) => [limit.attempt, limit])),
  };
}

function measuringCount(
  recording: Recording,
  subjects: readonly LimitSubject[],
  ends: readonly NamedEnd[],
  wholeWindows: ReadonlySet<LaneId>,
  { config, weightsOf }: AssumeOptions,
): UpstreamCount {
  const capacity = (subject: LimitSubject, window: WindowWord): number =>
    capacityOf(subject.rule, window) ?? UNREACHED_TOKENS;
  const count = new UpstreamCount({ config, subjects, capacity, wholeWindows, ends });
  const startMs = recording.requests[0]?.atMs ?? 0;
  seedEarlier(count.engine, recording.earlier, weightsOf, config.rollingMs, startMs);
  return count;
}

/** Where no cap is configured, what is counted is to be seen all the same. */
const UNREACHED_TOKENS = 1e15;

function windowOf(limit: RecordedLimit, subjects: LimitSubjects, config: QuotaConfig): WindowWord {
  const { lane, model, atMs, endsMs } = limit;
  return endsMs === null ? subjects.likelyWindow(lane, model) : windowOfEnd(endsMs - atMs, config);
}

function capOf(subject: LimitSubject, window: WindowWord, samples: CapSamples): AssumedCap | null {
  const configuredTokens = capacityOf(subject.rule, window);
  const met = samples.atLimits(subject, window);
  const cap = { subject, window, configuredTokens, samples: met.length };
  const measured = median(met);
  if (measured !== null) return { ...cap, capacityTokens: measured, source: "limits" };
  if (configuredTokens === null) return null;
  const served = samples.highestServed(subject, window);
  return served >= configuredTokens
    ? { ...cap, capacityTokens: served + 1, source: "served" }
    : { ...cap, capacityTokens: configuredTokens, source: "config" };
}

/** The capacities of a replay's upstreams, by subject and window. */
export function capacities(
  caps: readonly AssumedCap[],
): (subject: LimitSubject, window: WindowWord) => number | null {
  return (subject, window) =>
    caps.find((cap) => cap.subject.id === subject.id && cap.window === window)?.capacityTokens ?? null;
}

/** Lanes of which nothing is known that could spend them. */
export function uncappedLanes(caps: readonly AssumedCap[], lanes: Iterable<LaneId>): LaneId[] {
  const capped = new Set(caps.map(({ subject }) => subject.lane));
  return [...lanes].filter((lane) => !capped.has(lane));
}
