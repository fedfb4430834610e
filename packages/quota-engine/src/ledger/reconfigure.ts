import { isGlob, modelKey, type PoolQuota, type QuotaConfig, type QuotaRule } from "@ccp/usage-contract/core";
import { copySpeeds } from "../speeds/copy-speeds.ts";
import type { Instant, LogicalClock } from "../window/logical-clock.ts";
import type { SlidingRing } from "../window/sliding-ring.ts";
import { WindowCounter } from "../window/window-counter.ts";
import { drawsOn, type Ledger, ruleOn } from "./ledger.ts";
import { createPool, type ModelEntry, type Pool } from "./model-entry.ts";
import { kindOf, type Tally, type TallyWindow, windowSpec } from "./tally.ts";

/**
 * Takes new quotas into a running ledger. What was counted stays: a window of another length keeps what it still
 * covers, a pool with other members is counted anew from theirs.
 */
export function reconfigureLedger(ledger: Ledger, config: QuotaConfig, at: Instant): void {
  const resized = config.rollingMs !== ledger.config.rollingMs || config.weeklyMs !== ledger.config.weeklyMs;
  ledger.config = config;
  if (resized) for (const tally of ledger.tallies()) resizeTally(tally, ledger, at.logicalMs);
  for (const entry of ledger.models.values()) refreshEntry(ledger, entry, resized, at.logicalMs);
  ledger.pools = ledger.poolQuotas(config).map((quota) => carryPool(ledger, quota, at.logicalMs));
  dropUnused(ledger);
  ledger.forgetAliases();
  ledger.addConfigured();
  for (const entry of ledger.models.values()) entry.pools = ledger.poolsOf(entry.key);
}

function refreshEntry(ledger: Ledger, entry: ModelEntry, resized: boolean, nowMs: number): void {
  const fresh = ledger.createEntry(entry.key);
  entry.quota = fresh.quota;
  entry.name = fresh.name;
  for (const meter of entry.meters) setKinds(meter.tally, ruleOn(entry, meter.lane), nowMs);
  if (resized && entry.speeds !== null) entry.speeds = copySpeeds(entry.speeds, ledger.config, nowMs);
}

function setKinds(tally: Tally, rule: QuotaRule | null, nowMs: number): void {
  tally.rolling.counter.advance(nowMs);
  tally.weekly.counter.advance(nowMs);
  tally.rolling.counter.setKind(kindOf("rolling", rule), null, nowMs);
  tally.weekly.counter.setKind(kindOf("weekly", rule), rule?.weeklyAnchor ?? null, nowMs);
}

function resizeTally(tally: Tally, ledger: Ledger, nowMs: number): void {
  for (const window of [tally.rolling, tally.weekly]) {
    const spec = windowSpec(window.name, null, ledger.lengths);
    if (spec.lengthMs !== window.counter.lengthMs) resizeWindow(window, spec, ledger.clock, nowMs);
  }
}

function resizeWindow(
  window: TallyWindow,
  spec: ReturnType<typeof windowSpec>,
  clock: LogicalClock,
  nowMs: number,
): void {
  const counter = new WindowCounter(spec, clock);
  counter.advance(nowMs);
  copyRows(window.counter.ring, counter, nowMs);
  window.counter = counter;
  window.span = null;
}

/** Rows keep the newest time their bucket can stand for, so that a copy never holds less than its source. */
function copyRows(from: SlidingRing, into: WindowCounter, nowMs: number): void {
  from.advance(nowMs);
  from.forEachRow((index, firstMs, row) => {
    const same = from.bucketMs === into.ring.bucketMs;
    into.add(Math.min(same ? firstMs : (index + 1) * from.bucketMs - 1, nowMs), row);
  });
  into.advance(nowMs);
}

function carryPool(ledger: Ledger, quota: PoolQuota, nowMs: number): Pool {
  const old = ledger.pools.find((pool) => pool.quota.name === quota.name && pool.quota.lane === quota.lane);
  const sameMembers = old !== undefined && old.quota.models.join("\n") === quota.models.join("\n");
  const pool = createPool(quota, sameMembers ? old.tally : ledger.newTally(quota));
  if (sameMembers) {
    setKinds(pool.tally, quota, nowMs);
    return pool;
  }
  pool.tally.rolling.counter.advance(nowMs);
  pool.tally.weekly.counter.advance(nowMs);
  for (const entry of ledger.models.values()) {
    const meter = ledger.meter(entry, quota.lane);
    if (meter === undefined || !drawsOn(quota, entry.key)) continue;
    copyRows(meter.tally.rolling.counter.ring, pool.tally.rolling.counter, nowMs);
    copyRows(meter.tally.weekly.counter.ring, pool.tally.weekly.counter, nowMs);
  }
  ledger.lane(quota.lane)?.declared.adopt(pool.tally, ledger.clock);
  return pool;
}

/** Models that only a former quota named, and that were never counted, are gone with it. */
function dropUnused(ledger: Ledger): void {
  const named = new Set(
    ledger.config.models.filter((quota) => !isGlob(quota.key)).map((quota) => modelKey(quota.key)),
  );
  for (const entry of ledger.models.values()) {
    if (entry.meters.length === 0 && !named.has(entry.key)) ledger.models.delete(entry.key);
  }
}
