/** How far back a pace is measured. */
const SPAN_MS = 900_000;
/** The shortest time between two readings that makes a pace: a forecast from less would jump about. */
const SHORTEST_SPAN_MS = 60_000;
/** Readings come with every answer; closer ones than this replace each other, which bounds how many are kept. */
const STEP_MS = 30_000;
/** Sources round a share differently; a fall of more than this is another window. */
const ROUNDING = 0.01 + 1e-9;

/** One reading of a declared window. */
export interface SharePoint {
  /** Logical ms. */
  readonly atMs: number;
  /** 0..1 and beyond. */
  readonly ratio: number;
  /** Counted tokens of the lane by then. */
  readonly countedTokens: number;
}

/**
 * Adds a reading, oldest first, and drops what is older than 15 minutes. A share that fell is a window that was reset,
 * and begins anew.
 */
export function addReading(points: SharePoint[], point: SharePoint): void {
  while (points[0] !== undefined && point.atMs - points[0].atMs > SPAN_MS) points.shift();
  const newest = points.at(-1);
  const before = points.at(-2);
  if (newest !== undefined && newest.ratio - point.ratio > ROUNDING) points.length = 0;
  else if (newest !== undefined && before !== undefined && newest.atMs - before.atMs < STEP_MS) points.pop();
  points.push(point);
}

/**
 * Share of a window (0..1) that was used a minute, between the oldest and the newest reading of the last 15 minutes.
 *
 * @returns 0 when the share stood still and nothing was counted on the lane. `null` from fewer than two readings, from
 *   less than a minute between them, and where tokens were counted without the share moving: that is finer than the
 *   lane tells.
 */
export function sharePace(points: readonly SharePoint[], nowMs: number): number | null {
  const oldest = points.find(({ atMs }) => nowMs - atMs <= SPAN_MS);
  const newest = points.at(-1);
  if (oldest === undefined || newest === undefined) return null;
  const spanMs = newest.atMs - oldest.atMs;
  if (spanMs < SHORTEST_SPAN_MS) return null;
  const rise = newest.ratio - oldest.ratio;
  if (rise > 0) return rise / (spanMs / 60_000);
  return newest.countedTokens > oldest.countedTokens ? null : 0;
}
