import { DEFAULT_WEIGHTS, type LimitSignal, type QuotaRule } from "@ccp/usage-contract/core";
import { windowLengthMs } from "../assess/window-length.ts";
import { type Ledger, ruleOn } from "../ledger/ledger.ts";
import { advanceTally, capacityOf, type Tally, type TallyWindow, type WindowName } from "../ledger/tally.ts";
import { usedByOthers } from "../shared/others-use.ts";
import { modelScope, poolScope } from "../shared/shared-scopes.ts";
import type { LimitInput } from "../types.ts";
import type { Instant } from "../window/logical-clock.ts";
import { RESET_SLACK_MS } from "../window/window-counter.ts";
import { DOMINANT_SHARE } from "./bias-span.ts";
import { declareReset, sampleGap, spansStep, subjectsOn } from "./observe-windows.ts";

/**
 * Learns from a refusal because a plan's window is spent: how full we thought it was (the truth is 1), and when it
 * resets against when we thought so.
 *
 * A limit of the whole account is evidence about the pool that stands for it; about a model's own cap only if that
 * model made most of the lane's tokens in the window.
 */
export function observeLimit(ledger: Ledger, input: LimitInput, at: Instant): void {
  const { signal, lane } = input;
  if (signal.kind !== "quota") return;
  const entry = ledger.count(input.model);
  ledger.openLane(lane);
  const own = ledger.openMeter(entry, lane).tally;
  const pools = entry.pools.filter((pool) => pool.quota.lane === lane);
  const rule = ruleOn(entry, lane);
  const resetMs = declaredResetMs(signal, ledger, at);
  const which = spentWindow(ledger, signal, resetMs, rule, at);
  if (which === null) return;
  const burst = input.startedAtMs != null && input.startedAtMs + at.offsetMs <= own.limitMs;
  const account = signal.scope === "account";
  const shared = account && pools.some((pool) => capacityOf(which, pool.quota) !== null);
  for (const tally of [own, ...pools.map((pool) => pool.tally)]) {
    advanceTally(tally, at.logicalMs);
    if (resetMs !== null) sampleGap(tally[which], resetMs, at);
  }
  const others = (scope: string, tally: Tally): number =>
    usedElsewhere(input, scope, tally[which], which, at);
  if (!burst && account) {
    for (const { tally, quota } of pools) {
      sampleBias(tally, which, quota, others(poolScope(lane, quota.name), tally), at);
    }
  }
  const tellsOfModel = !account || (!shared && dominates(ledger, own, which, lane, at));
  if (!burst && rule !== null && tellsOfModel) {
    sampleBias(own, which, rule, others(modelScope(lane, entry.key), own), at);
  }
  own.limitMs = at.logicalMs;
  if (resetMs !== null && signal.window !== null) adoptReset(ledger, input, own, which, resetMs, at);
}

/** Logical ms; `null` when nothing was declared, or nothing a window of this length could mean. */
function declaredResetMs(signal: LimitSignal, ledger: Ledger, at: Instant): number | null {
  const { resetAtMs, retryAfterMs } = signal;
  const afterMs = resetAtMs !== null ? resetAtMs - at.wallMs : retryAfterMs;
  if (afterMs === null || !(afterMs > 0)) return null;
  return afterMs <= ledger.config.weeklyMs + RESET_SLACK_MS ? at.logicalMs + afterMs : null;
}

/** Which of our windows was spent: the one named, else the one that the reset fits. */
function spentWindow(
  ledger: Ledger,
  signal: LimitSignal,
  resetMs: number | null,
  rule: QuotaRule | null,
  at: Instant,
): WindowName | null {
  const { rollingMs, weeklyMs } = ledger.config;
  if (signal.window !== null) {
    const lengthMs = windowLengthMs(signal.window);
    if (lengthMs === rollingMs) return "rolling";
    return lengthMs === weeklyMs ? "weekly" : null;
  }
  if (resetMs === null) return rule !== null && rule.rollingTokens === null ? "weekly" : "rolling";
  return resetMs - at.logicalMs <= rollingMs + RESET_SLACK_MS ? "rolling" : "weekly";
}

/** The plan ended where all of its gateways together had got to. */
function usedElsewhere(
  input: LimitInput,
  scope: string,
  { others }: TallyWindow,
  which: WindowName,
  at: Instant,
): number {
  if (input.others === undefined) return usedByOthers(others, at.logicalMs);
  return input.others.find((told) => told.scope === scope && told.window === which)?.usedTokens ?? 0;
}

function sampleBias(tally: Tally, which: WindowName, rule: QuotaRule, others: number, at: Instant): void {
  const capacity = capacityOf(which, rule);
  const window = tally[which];
  if (capacity === null || spansStep(window, at)) return;
  const used = window.counter.usedTokens(rule.weights) + others;
  window.calibration.addBias(used / capacity, at.logicalMs);
}

/** Whether a model made most of what its lane counted in a window. */
function dominates(ledger: Ledger, own: Tally, which: WindowName, lane: string, at: Instant): boolean {
  let total = 0;
  for (const entry of ledger.models.values()) {
    const meter = ledger.meter(entry, lane);
    if (meter === undefined) continue;
    advanceTally(meter.tally, at.logicalMs);
    total += usedIn(meter.tally[which], at.logicalMs);
  }
  return usedIn(own[which], at.logicalMs) >= total * DOMINANT_SHARE;
}

function usedIn({ counter, others }: TallyWindow, nowMs: number): number {
  return counter.usedTokens(DEFAULT_WEIGHTS) + usedByOthers(others, nowMs);
}

function adoptReset(
  ledger: Ledger,
  input: LimitInput,
  own: Tally,
  which: WindowName,
  resetMs: number,
  at: Instant,
): void {
  const lengthMs = own[which].counter.lengthMs;
  const bound =
    input.signal.scope === "account" ? [...subjectsOn(ledger, input.lane)].map((s) => s.tally) : [own];
  for (const tally of bound) declareReset(tally, lengthMs, resetMs - at.offsetMs, at);
}
