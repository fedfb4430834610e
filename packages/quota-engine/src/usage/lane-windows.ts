import type { LaneId, LaneWindow } from "@ccp/usage-contract";
import { learnedTokens } from "../assess/declared-constraint.ts";
import { currentReading, type DeclaredWindow } from "../assess/declared-windows.ts";
import { weighOwn } from "../assess/own-constraint.ts";
import { windowFigures } from "../assess/window-figures.ts";
import { windowLabel } from "../assess/window-length.ts";
import { subjectsOn } from "../calibration/observe-windows.ts";
import type { LaneState } from "../ledger/lane-state.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { advanceTally, type WindowName } from "../ledger/tally.ts";
import type { Constraint } from "../types.ts";
import type { Instant } from "../window/logical-clock.ts";
import { sharePace } from "./share-pace.ts";

/**
 * The windows of a lane. Declared ones come as declared, with their age (`null` numbers once their reset has passed),
 * with their pace, and with their tokens where it was learned well enough how many a point is. A rolling or weekly
 * window that the lane does not declare shows the tightest configured cap on it.
 */
export function laneWindows(ledger: Ledger, lane: LaneId, at: Instant): LaneWindow[] {
  const state = ledger.lane(lane);
  const windows =
    state === undefined ? [] : state.declared.all.map((window) => declaredWindow(state, window, at));
  for (const which of ["rolling", "weekly"] as const) {
    const name = windowLabel(which === "rolling" ? ledger.config.rollingMs : ledger.config.weeklyMs);
    if (windows.some((window) => window.name === name)) continue;
    const tightest = tightestCap(ledger, lane, which, at);
    if (tightest !== null) windows.push(configuredWindow(name, tightest));
  }
  return windows;
}

function declaredWindow(lane: LaneState, window: DeclaredWindow, at: Instant): LaneWindow {
  const reading = currentReading(window, at.wallMs, at.logicalMs);
  const pace = reading.usedRatio === null ? null : sharePace(window.readings, at.logicalMs);
  const { capacity, usedTokens } = learnedTokens(lane, window, reading);
  return {
    name: window.name,
    used_pct: reading.usedRatio,
    reset_ts: reading.resetAtMs === null ? null : reading.resetAtMs / 1000,
    source: window.source,
    age_sec: (at.logicalMs - window.observedMs) / 1000,
    ...(window.scope === "model" && window.family !== null ? { model: window.family } : {}),
    ...(pace === null ? {} : { rate_15m_pct_per_min: pace }),
    ...(capacity === null ? {} : { used_tokens: usedTokens, capacity_tokens: capacity }),
  };
}

function configuredWindow(name: string, cap: Constraint): LaneWindow {
  return {
    name,
    used_pct: cap.usedPct,
    reset_ts: cap.resetAtMs === null ? null : cap.resetAtMs / 1000,
    source: cap.source,
    age_sec: 0,
  };
}

function tightestCap(ledger: Ledger, lane: LaneId, which: WindowName, at: Instant): Constraint | null {
  let tightest: Constraint | null = null;
  for (const { tally, rule } of subjectsOn(ledger, lane)) {
    if (rule === null) continue;
    advanceTally(tally, at.logicalMs);
    const figures = windowFigures(which, tally, rule, at);
    const cap = weighOwn(which, which, figures, tally, rule.warnPct, 0, at.logicalMs);
    if (cap !== null && (tightest === null || cap.pressure > tightest.pressure)) tightest = cap;
  }
  return tightest;
}
