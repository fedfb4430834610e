import type { LaneId, QuotaRule } from "@ccp/usage-contract";
import { type Ledger, ruleOn } from "../ledger/ledger.ts";
import type { ModelEntry } from "../ledger/model-entry.ts";
import { capacityOf, type Tally, type WindowName } from "../ledger/tally.ts";

/** Something that is counted against a cap of its own, and therefore together with other gateways. */
export interface Scope {
  readonly id: string;
  readonly rule: QuotaRule;
  /** `null` for a model that was never counted. */
  readonly tally: Tally | null;
}

export const WINDOWS: readonly WindowName[] = ["rolling", "weekly"];

/** What a model counts against on a lane. */
export function scopesOf(ledger: Ledger, entry: ModelEntry, lane: LaneId): Scope[] {
  const scopes: Scope[] = [];
  const rule = ruleOn(entry, lane);
  if (rule !== null && isCapped(rule)) {
    scopes.push({ id: modelScope(lane, entry.key), rule, tally: ledger.meter(entry, lane)?.tally ?? null });
  }
  for (const { quota, tally } of entry.pools) {
    if (quota.lane === lane && isCapped(quota))
      scopes.push({ id: poolScope(lane, quota.name), rule: quota, tally });
  }
  return scopes;
}

/** Every scope that was counted. */
export function* allScopes(ledger: Ledger): Generator<Scope & { readonly tally: Tally }> {
  for (const entry of ledger.models.values()) {
    for (const { lane, tally } of entry.meters) {
      const rule = ruleOn(entry, lane);
      if (rule !== null && isCapped(rule)) yield { id: modelScope(lane, entry.key), rule, tally };
    }
  }
  for (const { quota, tally } of ledger.pools) {
    if (isCapped(quota)) yield { id: poolScope(quota.lane, quota.name), rule: quota, tally };
  }
}

function isCapped(rule: QuotaRule): boolean {
  return WINDOWS.some((which) => capacityOf(which, rule) !== null);
}

export function modelScope(lane: LaneId, key: string): string {
  return `model:${lane}:${key}`;
}

export function poolScope(lane: LaneId, name: string): string {
  return `pool:${lane}:${name}`;
}
