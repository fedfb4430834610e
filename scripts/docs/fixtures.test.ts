import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createQuotaEngine, parseProbeResults } from "../../packages/quota-engine/src/index.ts";
import { parseBody, toQuotaConfig, UsageViewSchema } from "../../packages/usage-contract/src/index.ts";
import { repoRoot } from "../lib/workspace.ts";
import { parsePrometheusText } from "./prometheus-text.ts";

const read = (path: string): string => readFileSync(join(repoRoot, "fixtures", path), "utf8");

describe("usage/ccc_usage_with_speeds.json", () => {
  const value: unknown = JSON.parse(read("usage/ccc_usage_with_speeds.json"));
  const parsed = parseBody(UsageViewSchema, value);
  const view = parsed.success ? parsed.output : null;

  it("is an answer of GET /v1/usage", () => {
    expect(parsed).toMatchObject({ success: true });
    expect(view).toEqual(value);
  });

  it("has a cooling model, gaps of a probe, an own bias, and speeds", () => {
    const haiku = view?.models["claude-haiku-4.5"];
    expect(haiku).toMatchObject({ cooldown_active: true, gap_samples: 1, reroute_mode: "hybrid" });
    expect(haiku?.cooldown_next_ts).not.toBeNull();
    expect(haiku?.speeds.rolling.out_elr_tps).not.toBeNull();
    expect(haiku?.speeds.hourly).toHaveLength(24);
    expect(view?.models["glm-4.6"]).toMatchObject({
      gap_seconds_p50: 180,
      gap_seconds_p95: 240,
      gap_samples: 6,
    });
    expect(view?.lanes.zai?.state).toBe("cooldown");
    expect(view?.lanes.anthropic?.windows[0]?.source).toBe("header");
  });
});

describe("usage/metrics.prom", () => {
  const { types, samples } = parsePrometheusText(read("usage/metrics.prom"));
  const sampleValue = (name: string, labels: Record<string, string>): number | undefined =>
    samples.find((sample) => sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels))
      ?.value;

  it("has the counters of rerouting, each with a sample", () => {
    for (const name of [
      "ccp_preferred_attempt_total",
      "ccp_rerouted_on_limit_total",
      "ccp_wasted_retry_ms_total",
    ]) {
      expect(types.get(name)).toBe("counter");
      expect(
        samples.some((sample) => sample.name === name && sample.value > 0),
        name,
      ).toBe(true);
    }
    expect(sampleValue("ccp_gap_seconds", { model: "glm-4.6", quantile: "0.5" })).toBe(180);
    expect(sampleValue("ccp_gap_seconds", { model: "glm-4.6", quantile: "0.95" })).toBe(240);
  });

  it("has a type for every sample, and labels of closed sets", () => {
    const family = (name: string): string => name.replace(/_(bucket|sum|count)$/, "");
    const untyped = samples.filter(({ name }) => !types.has(name) && types.get(family(name)) !== "histogram");
    expect(untyped).toEqual([]);
    const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
    expect([...labels].sort()).toEqual([
      "lane",
      "le",
      "mode",
      "model",
      "node",
      "op",
      "quantile",
      "state",
      "status",
      "version",
      "window",
    ]);
  });
});

describe("probe/GLM_LIMIT_PROBE.md", () => {
  const { blocks, rows, issues } = parseProbeResults(read("probe/GLM_LIMIT_PROBE.md"));

  it("is read without an issue; the last block of a model counts, and every multiplier", () => {
    expect(issues).toEqual([]);
    expect(rows.map((row) => [row.model, row.repeat, row.first429Index, row.hour, row.status])).toEqual([
      ["glm-4-6", 20, null, 9, "sim-200"],
      ["glm-4-6", 137, 137, 11, "429"],
      ["GLM-4.6", 64, null, 16, "interrupted"],
      ["glm-4-6", 58, 58, 15, "429"],
      ["glm-4-7", 9, 9, 18, "throttled"],
    ]);
    expect(blocks).toEqual([
      {
        model: "glm-4.6",
        gapSecondsP50: 180,
        gapSecondsP95: 240,
        samples: 6,
        multipliers: [0.5938, 0.6155],
      },
      { model: "glm-4.7", gapSecondsP50: null, gapSecondsP95: null, samples: 0, multipliers: [] },
    ]);
  });

  it("seeds what an engine knows of its models", () => {
    const models = { "glm-4.6": { provider: "zai", rolling_tokens: 2_000_000 } };
    const engine = createQuotaEngine({ config: toQuotaConfig({ models }) });
    engine.seedProbe(blocks, 0);
    expect(engine.calibration("zai", "glm-4.6", 0)).toMatchObject({
      gapSecondsP50: 180,
      gapSecondsP95: 240,
      gapSamples: 6,
      bias: (0.5938 + 0.6155) / 2,
      biasSamples: 2,
      warnPctAuto: 0.8,
    });
  });
});
