import type { LaneUsage, UsageView } from "@ccp/usage-contract";
import { fuller } from "../../view/row-state.ts";

/**
 * When a cooling lane is tried again, epoch seconds: when its spent window resets, else when the first of its models
 * is, where all of them cool. `null` where nothing tells.
 */
export function laneUntil(name: string, lane: LaneUsage, view: UsageView): number | null {
  const spent = lane.windows.filter(({ used_pct }) => used_pct !== null && used_pct >= 1);
  const reset = spent.reduce<number | null>((latest, { reset_ts }) => fuller(latest, reset_ts), null);
  if (reset !== null) return reset;
  const models = Object.values(view.models).filter(({ provider }) => provider === name);
  const ends = models.map(({ cooldown_active, cooldown_next_ts }) =>
    cooldown_active ? cooldown_next_ts : null,
  );
  return ends.reduce<number | null>(
    (first, end) => (first === null || end === null ? null : Math.min(first, end)),
    ends[0] ?? null,
  );
}
