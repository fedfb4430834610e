import type { LaneId, QuotaRule, TrafficClass } from "@ccp/usage-contract";
import { ruleOn } from "../ledger/ledger.ts";
import type { ModelEntry } from "../ledger/model-entry.ts";

/** Share of a rule's windows that a class of traffic leaves free. The main agent leaves nothing. */
export function keptFree(rule: QuotaRule | null, traffic: TrafficClass): number {
  return rule === null || traffic === "main" ? 0 : rule.reserve[traffic];
}

/** The same of a lane's declared windows, which all its rules share: the largest among the model's own and its pools'. */
export function keptFreeOn(entry: ModelEntry, lane: LaneId, traffic: TrafficClass): number {
  let share = keptFree(ruleOn(entry, lane), traffic);
  for (const { quota } of entry.pools) {
    if (quota.lane === lane) share = Math.max(share, keptFree(quota, traffic));
  }
  return share;
}

/** How full a room is. One without any space is full, whatever is in it. */
export function pressureIn(tokens: number, capacity: number): number {
  return capacity > 0 ? tokens / capacity : Number.POSITIVE_INFINITY;
}
