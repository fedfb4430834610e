const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
const PART = String.raw`\d{1,5} ?(?:days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b`;
const WAIT = new RegExp(
  String.raw`\b(?:resets?|again|retry|refresh(?:es|ed)?)\b[^.\d]{0,20}\b(?:in|after) ((?:${PART}[ ,]*(?:and )?)+)`,
  "i",
);

/** The wait that a sentence names in words ("resets in 2h 5m", "try again in 20 minutes"), in ms; `null` for none. */
export function findWait(message: string): number | null {
  const parts = WAIT.exec(message)?.[1];
  if (parts === undefined) return null;
  let waitMs = 0;
  for (const [, count, unit] of parts.matchAll(/(\d+) ?([a-z])/gi)) {
    waitMs += Number(count) * (UNIT_MS[(unit ?? "").toLowerCase()] ?? 0);
  }
  return waitMs === 0 ? null : waitMs;
}
