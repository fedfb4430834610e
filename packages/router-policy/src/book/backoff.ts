/** After this long without another reason, a pause starts again at its shortest. */
const FORGET_MS = 1_800_000;
/** A breaker's jitter moves its end by at most this share of the length. */
const JITTER = 0.1;

/** A pause that doubles each time it had to be repeated. Epoch ms; 0 before the first. */
export interface Backoff {
  readonly level: number;
  readonly untilMs: number;
}

export interface BackoffRule {
  readonly shortestMs: number;
  readonly longestMs: number;
}

export const AT_REST: Backoff = { level: 0, untilMs: 0 };

export interface Raise {
  readonly nowMs: number;
  /** The end that the upstream asked for, kept within the rule; `null` when it asked for none. */
  readonly askedUntilMs: number | null;
  /** -1..1: where in the ± 10 % the length falls. */
  readonly jitter: number;
}

/**
 * Begins the next pause. While one runs, more reasons do not lengthen it by doubling: a herd of refusals at one
 * instant is one reason.
 */
export function raise(backoff: Backoff, rule: BackoffRule, { nowMs, askedUntilMs, jitter }: Raise): Backoff {
  const { shortestMs, longestMs } = rule;
  const asked = askedUntilMs === null ? 0 : Math.min(Math.max(askedUntilMs - nowMs, shortestMs), longestMs);
  if (nowMs < backoff.untilMs) {
    return { level: backoff.level, untilMs: Math.max(backoff.untilMs, nowMs + asked) };
  }
  const level = nowMs - backoff.untilMs > FORGET_MS ? 1 : backoff.level + 1;
  const grown = Math.min(shortestMs * 2 ** (level - 1), longestMs);
  const length = (asked === 0 ? grown : asked) * (1 + JITTER * jitter);
  return { level, untilMs: nowMs + Math.min(Math.round(length), longestMs) };
}

/** What is left of it stays when the wall clock is moved. */
export function shiftBackoff(backoff: Backoff, byMs: number): Backoff {
  return backoff.untilMs === 0 ? backoff : { ...backoff, untilMs: backoff.untilMs + byMs };
}
