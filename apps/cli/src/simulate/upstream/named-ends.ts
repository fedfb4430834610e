import type { LaneId, QuotaConfig } from "@ccp/usage-contract";
import { type RecordedLimit, windowOfEnd } from "./recorded-limits.ts";
import type { NamedEnd } from "./upstream-count.ts";

/** Named ends of one window differ by seconds from answer to answer. */
const SAME_END_MS = 60_000;

interface Window {
  readonly lane: LaneId;
  readonly lengthMs: number;
  readonly ends: number[];
}

/**
 * The windows whose ends the log names, each from its beginning on: when a window ends is a fact of the upstream,
 * whatever mode the gateway would have run in.
 *
 * @param startMs First arrival of the log: nothing is known to begin before it.
 */
export function namedEnds(
  limits: readonly RecordedLimit[],
  config: QuotaConfig,
  startMs: number,
): NamedEnd[] {
  const byWindow = new Map<string, Window>();
  for (const { lane, atMs, endsMs } of limits) {
    if (endsMs === null) continue;
    const lengthMs = windowOfEnd(endsMs - atMs, config) === "rolling" ? config.rollingMs : config.weeklyMs;
    const key = `${lengthMs} ${lane}`;
    const window = byWindow.get(key) ?? { lane, lengthMs, ends: [] };
    window.ends.push(endsMs);
    byWindow.set(key, window);
  }
  return [...byWindow.values()]
    .flatMap((window) => endsOf(window, startMs))
    .sort((a, b) => a.fromMs - b.fromMs);
}

function endsOf({ lane, lengthMs, ends }: Window, startMs: number): NamedEnd[] {
  const found: NamedEnd[] = [];
  let lastMs = startMs;
  for (const endMs of ends.sort((a, b) => a - b)) {
    if (endMs <= startMs || (found.length > 0 && endMs - lastMs < SAME_END_MS)) continue;
    found.push({ lane, endMs, lengthMs, fromMs: Math.max(endMs - lengthMs, lastMs) });
    lastMs = endMs;
  }
  return found;
}
