import type { LaneSeries, SeriesRange, SeriesView } from "@ccp/usage-contract";

const YOUNG_SEC = 6 * 3600;

/** The history that the page begins with: a day, or five hours where nothing of the day is older than six. */
export function firstSeries(viewOf: (range: SeriesRange) => SeriesView): SeriesView {
  const day = viewOf("24h");
  return isOlderThan(day, YOUNG_SEC) ? day : viewOf("5h");
}

/** Whether anything is known of a step that ended this long ago. */
function isOlderThan({ ts, start_ts, step_sec, steps, lanes }: SeriesView, seconds: number): boolean {
  const old = Math.min(steps, Math.floor((ts - seconds - start_ts) / step_sec));
  return Object.values(lanes).some((lane) => knows(lane, old));
}

function knows({ requests, used }: LaneSeries, steps: number): boolean {
  return (
    requests.slice(0, steps).some((count) => count > 0) ||
    Object.values(used).some((shares) => shares.slice(0, steps).some((share) => share !== null))
  );
}
