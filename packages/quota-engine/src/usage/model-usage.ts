import type { ModelUsage } from "@ccp/usage-contract";
import { ANTHROPIC_LANE, type LaneId, laneOfAccount, type RerouteMode } from "@ccp/usage-contract/core";
import { assessModel } from "../assess/assess-model.ts";
import { windowFigures } from "../assess/window-figures.ts";
import { calibrationView } from "../calibration/calibration-view.ts";
import { type Ledger, ruleOn } from "../ledger/ledger.ts";
import type { ModelEntry } from "../ledger/model-entry.ts";
import { advanceTally, type Tally } from "../ledger/tally.ts";
import { SpeedBook } from "../speeds/speed-book.ts";
import type { ModelMarks } from "../types.ts";
import { CACHE_CREATION, CACHE_READ, EXTRA, INPUT, OUTPUT } from "../window/columns.ts";
import type { Instant } from "../window/logical-clock.ts";
import { recentRate } from "./recent-rate.ts";

const HOUR_MS = 3_600_000;

/**
 * One model of `GET /v1/usage`. The windows are those of the quota's own lane; without a quota of `marks.lane`, else
 * of the lane that served last. `lanes` tells of every lane that served, of all its accounts together: raw tokens of the rolling
 * window, counted tokens of both; the share is that of the account that is fullest.
 */
export function modelUsage(
  ledger: Ledger,
  entry: ModelEntry,
  mode: RerouteMode,
  marks: ModelMarks,
  at: Instant,
): ModelUsage {
  const lane = laneShown(entry, marks.lane ?? null);
  const tally = ledger.meter(entry, lane)?.tally ?? null;
  const assessment = assessModel(ledger, entry, lane, 0, at);
  const { rolling, weekly } = assessment;
  const learned = calibrationView(tally, ruleOn(entry, lane));
  return {
    provider: laneOfAccount(lane),
    rolling_in: rollingOf(tally, INPUT) + rollingOf(tally, CACHE_CREATION) + rollingOf(tally, CACHE_READ),
    rolling_out: rollingOf(tally, OUTPUT),
    rolling_pct: rolling.usedPct,
    weekly_pct: weekly.usedPct,
    reqs: rollingOf(tally, EXTRA),
    eta_rolling_sec: rolling.etaSec,
    eta_weekly_sec: weekly.etaSec,
    warn: assessment.warned,
    block: assessment.blocked,
    rolling_used_tokens: rolling.usedTokens,
    rolling_capacity_tokens: rolling.capacityTokens,
    weekly_used_tokens: weekly.usedTokens,
    weekly_capacity_tokens: weekly.capacityTokens,
    reserved_tokens: assessment.reservedTokens,
    headroom_pct_rolling: rolling.headroomPct,
    headroom_pct_weekly: weekly.headroomPct,
    quota_headroom_pct: assessment.headroomPct,
    weekly_hours: (tally?.weekly.counter.used(EXTRA) ?? 0) / HOUR_MS,
    warn_pct: learned.warnPct,
    warn_pct_auto: learned.warnPctAuto,
    warn_pct_confidence: learned.confidence,
    gap_seconds_p50: learned.gapSecondsP50,
    gap_seconds_p95: learned.gapSecondsP95,
    gap_samples: learned.gapSamples,
    reroute_mode: mode,
    cooldown_active: marks.cooldownActive,
    cooldown_next_ts: marks.cooldownNextTs,
    rate_15m_tokens_per_min: recentRate(tally, ruleOn(entry, lane)?.weights ?? null, at.logicalMs),
    speeds: (entry.speeds ?? emptySpeeds(ledger)).view(at.logicalMs),
    lanes: lanesOf(entry, at),
  };
}

/** @param asked Under which lane, or account of one, the caller looks; a quota's own lane comes first. */
function laneShown({ quota, lastLane }: ModelEntry, asked: LaneId | null): LaneId {
  if (quota === null) return asked ?? lastLane ?? ANTHROPIC_LANE;
  return asked !== null && laneOfAccount(asked) === quota.lane ? asked : quota.lane;
}

function rollingOf(tally: Tally | null, column: number): number {
  return tally?.rolling.counter.used(column) ?? 0;
}

function emptySpeeds(ledger: Ledger): SpeedBook {
  return new SpeedBook(ledger.config.rollingMs, ledger.config.weeklyMs);
}

function lanesOf(entry: ModelEntry, at: Instant): NonNullable<ModelUsage["lanes"]> {
  const lanes: Record<LaneId, NonNullable<ModelUsage["lanes"]>[string]> = {};
  for (const meter of entry.meters) {
    const { tally } = meter;
    const lane = laneOfAccount(meter.lane);
    const others = lanes[lane];
    advanceTally(tally, at.logicalMs);
    const rule = ruleOn(entry, meter.lane);
    const rolling = windowFigures("rolling", tally, rule, at);
    const weekly = windowFigures("weekly", tally, rule, at);
    lanes[lane] = {
      reqs: (others?.reqs ?? 0) + rollingOf(tally, EXTRA),
      rolling_used_tokens: (others?.rolling_used_tokens ?? 0) + rolling.usedTokens,
      rolling_capacity_tokens: rolling.capacityTokens,
      rolling_pct: fuller(others?.rolling_pct, rolling.usedPct),
      eta_rolling_sec: Math.max(others?.eta_rolling_sec ?? 0, rolling.etaSec),
      weekly_used_tokens: (others?.weekly_used_tokens ?? 0) + weekly.usedTokens,
      weekly_capacity_tokens: weekly.capacityTokens,
      weekly_pct: fuller(others?.weekly_pct, weekly.usedPct),
      eta_weekly_sec: Math.max(others?.eta_weekly_sec ?? 0, weekly.etaSec),
      input_tokens: (others?.input_tokens ?? 0) + rollingOf(tally, INPUT),
      output_tokens: (others?.output_tokens ?? 0) + rollingOf(tally, OUTPUT),
      cache_creation_tokens: (others?.cache_creation_tokens ?? 0) + rollingOf(tally, CACHE_CREATION),
      cache_read_tokens: (others?.cache_read_tokens ?? 0) + rollingOf(tally, CACHE_READ),
    };
  }
  return lanes;
}

function fuller(a: number | null | undefined, b: number | null): number | null {
  if (a === null || a === undefined) return b;
  return b === null ? a : Math.max(a, b);
}
