import type { LaneId, QuotaConfig } from "@ccp/usage-contract";
import type { RecordedAttempt, Recording } from "../recording/recording.ts";

/** A limit that a lane answered in the log. */
export interface RecordedLimit {
  readonly attempt: RecordedAttempt;
  readonly lane: LaneId;
  readonly model: string;
  /** When it was known, epoch ms. */
  readonly atMs: number;
  /** The end that the upstream named, epoch ms; `null` when it named none. */
  readonly endsMs: number | null;
}

export interface LimitHistory {
  /** By time. */
  readonly limits: readonly RecordedLimit[];
  /** Lanes whose limits name their end. */
  readonly namesEnd: ReadonlySet<LaneId>;
  /** Milliseconds that an attempt at a limit took, by lane, in ascending order. */
  readonly lostMs: ReadonlyMap<LaneId, readonly number[]>;
}

/** A cooldown shows with this precision in the line written after it began. */
const COOLDOWN_SLACK_MS = 1000;
/** Among many named ends some have the same length by chance; a cooldown's length has at least this share of all. */
const COOLDOWN_SHARE = 0.2;

/**
 * Reads the limits out of a log. A line shows until when the preferred lane is marked, not why. The gateway's own
 * cooldown always has one length and hardly ever ends on a whole second; upstreams name whole seconds, or a number of
 * them to wait. So a mark is a cooldown if it lasts `cooldownMs`, or if it ends within a second and its length is met
 * again and again; any other end was named by the upstream.
 *
 * @param cooldownMs The cooldown that the recording gateway most likely ran with.
 */
export function readLimits(recording: Recording, cooldownMs: number): LimitHistory {
  const found: MarkedLimit[] = [];
  const lostMs = new Map<LaneId, number[]>();
  for (const { attempts, model } of recording.requests) {
    for (const attempt of attempts) {
      if (attempt.end !== "limit" && attempt.end !== "throttle") continue;
      push(lostMs, attempt.lane, attempt.lostMs);
      if (attempt.end === "throttle") continue;
      found.push({ attempt, lane: attempt.lane, model, atMs: attempt.startMs + attempt.lostMs });
    }
  }
  for (const list of lostMs.values()) list.sort((a, b) => a - b);
  found.sort((a, b) => a.atMs - b.atMs);
  const lengths = [cooldownMs, ...frequentLengths(found)];
  const limits = found.map((limit): RecordedLimit => {
    const until = limit.attempt.markedUntilMs;
    if (until === null) return { ...limit, endsMs: null };
    const candidates = isWholeSecond(until) ? [cooldownMs] : lengths;
    const isCooldown = candidates.some(
      (length) => Math.abs(until - limit.atMs - length) <= COOLDOWN_SLACK_MS,
    );
    return { ...limit, endsMs: isCooldown ? null : until };
  });
  return { limits, namesEnd: lanesNamingEnds(limits), lostMs };
}

type MarkedLimit = Omit<RecordedLimit, "endsMs">;

/** Lengths, in ms, that a good part of the marks have which do not end on a whole second. */
function frequentLengths(found: readonly MarkedLimit[]): number[] {
  // A herd refused within one minute is told the same, so it counts once.
  const minutesOf = new Map<number, Set<number>>();
  const minutes = new Set<number>();
  for (const { attempt, atMs } of found) {
    const until = attempt.markedUntilMs;
    if (until === null || isWholeSecond(until)) continue;
    const seconds = Math.round((until - atMs) / 1000);
    const minute = Math.floor(atMs / 60_000);
    const met = minutesOf.get(seconds);
    if (met === undefined) minutesOf.set(seconds, new Set([minute]));
    else met.add(minute);
    minutes.add(minute);
  }
  const often = Math.max(2, minutes.size * COOLDOWN_SHARE);
  return [...minutesOf].filter(([, met]) => met.size >= often).map(([seconds]) => seconds * 1000);
}

/** Epoch seconds in a log are floats, so that a whole one may be off by a part of a microsecond. */
function isWholeSecond(ms: number): boolean {
  return Math.abs(ms - Math.round(ms / 1000) * 1000) < 0.01;
}

/** A lane names its ends if most of its limits whose mark is in the log did. */
function lanesNamingEnds(limits: readonly RecordedLimit[]): Set<LaneId> {
  const balance = new Map<LaneId, number>();
  for (const { lane, attempt, endsMs } of limits) {
    if (attempt.markedUntilMs === null) continue;
    balance.set(lane, (balance.get(lane) ?? 0) + (endsMs === null ? -1 : 1));
  }
  return new Set([...balance].filter(([, sum]) => sum > 0).map(([lane]) => lane));
}

function push(lists: Map<LaneId, number[]>, lane: LaneId, value: number): void {
  const list = lists.get(lane);
  if (list === undefined) lists.set(lane, [value]);
  else list.push(value);
}

/** Which of a lane's windows an end this far off belongs to. */
export function windowOfEnd(leftMs: number, config: Pick<QuotaConfig, "rollingMs">): "rolling" | "weekly" {
  return leftMs <= config.rollingMs + END_SLACK_MS ? "rolling" : "weekly";
}

/** Clocks differ, and declared ends jitter. */
const END_SLACK_MS = 900_000;
