import type { LaneWindow, UsageView } from "@ccp/usage-contract";
import { refusesAll } from "@ccp/usage-contract/core";

/** What is nearest to its limit. */
export interface Tightest {
  /** The model, the window of a lane, or what cools: `glm-4.7`, `anthropic 5h`, `zai cools`. */
  readonly who: string;
  /** Share that is left, 0..1. */
  readonly headroom: number;
}

/**
 * The least headroom among all lanes: their windows and models, 0 for what is spent or cools down. Where several lanes
 * have nothing left, all of them are named. A lane that is switched off holds nobody up.
 *
 * @returns `null` where no number is known.
 */
export function tightest(view: UsageView): Tightest | null {
  const known = laneNames(view).flatMap((lane) => tightestOf(lane, view) ?? []);
  const spent = known.filter(({ headroom }) => headroom === 0);
  if (spent.length > 0) return { who: spent.map(({ who }) => who).join(", "), headroom: 0 };
  return least(known);
}

/** A quota may name a lane that the gateway does not have. */
function laneNames({ lanes, models }: UsageView): string[] {
  return [...new Set([...Object.keys(lanes), ...Object.values(models).map(({ provider }) => provider)])];
}

function tightestOf(lane: string, view: UsageView): Tightest | null {
  const usage = view.lanes[lane];
  if (usage?.state === "disabled") return null;
  if (usage !== undefined && usage.state !== "block" && refusesAll(usage))
    return { who: `${lane} ${usage.state === "cooldown" ? "cools" : "refuses"}`, headroom: 0 };
  const models = Object.entries(view.models)
    .filter(([, { provider }]) => provider === lane)
    .flatMap(([name, { block, cooldown_active, quota_headroom_pct }]) => {
      if (cooldown_active) return [{ who: `${name} cools`, headroom: 0 }];
      return entry(name, block ? 0 : quota_headroom_pct);
    });
  // A cap that is counted here is told by its model as well, which is the better name.
  const windows = (usage?.windows ?? [])
    .filter(({ source }) => models.length === 0 || (source !== "counted" && source !== "config"))
    .flatMap((window) =>
      entry(windowName(lane, window), window.used_pct === null ? null : 1 - window.used_pct),
    );
  return least([...models, ...windows]);
}

function entry(who: string, headroom: number | null): Tightest[] {
  return headroom === null ? [] : [{ who, headroom: Math.max(0, headroom) }];
}

function windowName(lane: string, { name, model }: LaneWindow): string {
  return [lane, name, model].filter((part) => part !== undefined).join(" ");
}

function least(all: readonly Tightest[]): Tightest | null {
  return all.reduce<Tightest | null>(
    (best, each) => (best === null || each.headroom < best.headroom ? each : best),
    null,
  );
}
