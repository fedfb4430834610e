import type { CalibrationRow, LearnedUnit } from "@ccp/quota-engine";
import type { CalibrationWire, Learned, UnitView } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";

/** `GET /v1/calibration`: everything that was learned, of models, pools and lanes. */
export function calibrationView(deps: Deps): CalibrationWire {
  const nowMs = deps.clock.wallMs();
  const { rollingMs, weeklyMs } = deps.quotas.current().config;
  const rows = deps.engine.calibrations(nowMs);
  const models = rows.filter((row) => row.kind === "model");
  const pools = rows.filter((row) => row.kind === "pool");
  const names = [...new Set(models.map((row) => row.name))];
  const lanes: CalibrationWire["lanes"] = {};
  for (const lane of deps.lanes.keys()) {
    lanes[lane] = { units: deps.engine.learnedUnits(lane, nowMs).map(unit) };
  }
  return {
    ts: nowMs / 1000,
    probe_results: deps.probeResults,
    windows: { rolling_seconds: rollingMs / 1000, weekly_seconds: weeklyMs / 1000 },
    // From entries: a client may well call its model `__proto__`.
    models: Object.fromEntries(
      names.map((name) => [name, { lanes: byLane(models.filter((row) => row.name === name)) }]),
    ),
    pools: Object.fromEntries(pools.map((row) => [row.name, { provider: row.lane, ...learned(row) }])),
    lanes,
  };
}

function byLane(rows: readonly CalibrationRow[]): Record<string, Learned> {
  return Object.fromEntries(rows.map((row) => [row.lane, learned(row)]));
}

function learned(row: CalibrationRow): Learned {
  return {
    gap_seconds_p50: row.gapSecondsP50,
    gap_seconds_p95: row.gapSecondsP95,
    gap_samples: row.gapSamples,
    bias: row.bias,
    bias_samples: row.biasSamples,
    warn_pct: row.warnPct,
    warn_pct_auto: row.warnPctAuto,
    warn_pct_confidence: row.confidence,
    calculated_reset_ts: seconds(row.calculatedResetMs),
    declared_reset_ts: seconds(row.declaredResetMs),
  };
}

function unit({ window, tokensPerPct, confidence, spans, pointsPerMillion }: LearnedUnit): UnitView {
  return {
    window,
    tokens_per_pct: tokensPerPct,
    confidence,
    spans,
    points_per_million:
      pointsPerMillion === null
        ? null
        : {
            input: pointsPerMillion.input,
            output: pointsPerMillion.output,
            cache_creation: pointsPerMillion.cacheCreation,
            cache_read: pointsPerMillion.cacheRead,
          },
  };
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
