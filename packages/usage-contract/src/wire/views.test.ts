import { describe, expect, it } from "vitest";
import { parseBody } from "./parse-body.ts";
import { QuotasViewSchema } from "./quotas-view.ts";
import { ReadyzSchema } from "./readyz.ts";
import { RollupsViewSchema } from "./rollups.ts";
import { SamplesViewSchema } from "./samples.ts";

const ttft_ms = { p50: 600, p90: 900, p99: null };
const rollup = {
  window_start: 1_763_758_800,
  in_tokens: 1025,
  out_tokens: 6,
  count: 1,
  out_elr_tps: null,
  out_dirty_tps: null,
  ttft_ms,
};

describe("views", () => {
  it("take what a newer gateway adds", () => {
    const quotas = {
      config: { models: { "glm-*": { provider: "zai", tier: "max" } }, burst: {} },
      path: null,
      loaded: "2026-11-21T19:41:07Z",
    };
    expect(parseBody(QuotasViewSchema, quotas)).toEqual({ success: true, output: quotas });
    const readyz = { providers: { zai: { ok: false, status: "missing_key", url: "https://api.z.ai" } } };
    expect(parseBody(ReadyzSchema, { ...readyz, ts: 1, source: "built-in", uptime: 3 }).success).toBe(true);
    const rollups = { ts: 1, granularity: "hour", models: { "glm-4.7": [{ ...rollup, cost: 1 }] } };
    expect(parseBody(RollupsViewSchema, rollups)).toEqual({ success: true, output: rollups });
  });

  it("name what does not fit", () => {
    const models = { "glm-4.7": [{ ts: 1, rid: "r" }] };
    const result = parseBody(SamplesViewSchema, { ts: 1, models });
    expect(result.success ? [] : result.issues.map((issue) => issue.path)).toEqual([
      "models.glm-4.7.0.lane",
      "models.glm-4.7.0.op",
      "models.glm-4.7.0.input_tokens",
      "models.glm-4.7.0.output_tokens",
      "models.glm-4.7.0.cache_creation_tokens",
      "models.glm-4.7.0.cache_read_tokens",
      "models.glm-4.7.0.status",
      "models.glm-4.7.0.decision",
      "models.glm-4.7.0.reroute_decision",
      "models.glm-4.7.0.reason",
      "models.glm-4.7.0.latency_ms",
      "models.glm-4.7.0.stream_ms",
      "models.glm-4.7.0.ttft_ms",
    ]);
  });
});
