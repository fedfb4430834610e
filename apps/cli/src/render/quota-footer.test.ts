import type { ModelUsage } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { NOW_SEC } from "../test-kit/run-test.ts";
import { cappedModel, view } from "../test-kit/views.ts";
import { buildQuotaRows } from "../view/quota-rows.ts";
import { paintLine } from "./line.ts";
import { renderQuotaFooter } from "./quota-footer.ts";

function footer(models: Readonly<Record<string, ModelUsage>>, columns = 120): string[] {
  const usage = view({ models: { ...models }, totals: { rerouted: 163, wasted_retry_ms: 50 } });
  const picture = { view: usage, live: true, url: "http://127.0.0.1:8082", nowSec: NOW_SEC, asOfTs: NOW_SEC };
  const look = { color: false, ascii: false, columns, timeZone: "UTC" };
  return renderQuotaFooter(picture, buildQuotaRows(usage, NOW_SEC), look).map((line) =>
    paintLine(line, look),
  );
}

const GAP = { gap_seconds_p50: 92, gap_seconds_p95: 93, gap_samples: 1 };
const AUTO = { warn_pct_auto: 0.87, warn_pct_confidence: 0.74 };

describe("renderQuotaFooter", () => {
  it("names one threshold once, and whose gaps it tells: those of the model nearest to its limit", () => {
    const models = { "glm-4.7": cappedModel(0.2, 0.1), "claude-opus-5.5": cappedModel(0.6, 0.1, GAP) };
    expect(footer(models)).toEqual([
      "warn at 80%  claude-opus-5.5 gap p50 92s p95 93s, 1 sample  since start rerouted 163, wasted 50ms",
    ]);
  });

  it("names the model of a learned threshold, also where there is no other", () => {
    expect(footer({ "glm-4.7": cappedModel(0.2, 0.1, { ...GAP, ...AUTO }) })).toEqual([
      "glm-4.7 warns at 87% (auto, conf 0.74; gap p50 92s p95 93s, 1 sample)  since start rerouted 163, wasted 50ms",
    ]);
  });

  it("cuts nothing on a narrow screen", () => {
    const models = { "claude-haiku-4-5-20251001": cappedModel(0.2, 0.1, { ...GAP, ...AUTO }) };
    expect(footer(models, 60)).toEqual([
      "claude-haiku-4-5-20251001 warns at 87% (auto, conf 0.74)",
      "claude-haiku-4-5-20251001 gap p50 92s p95 93s, 1 sample",
      "since start rerouted 163, wasted 50ms",
    ]);
    expect(footer(models, 50)).toEqual([
      "haiku-4-5 warns at 87% (auto, conf 0.74)",
      "haiku-4-5 gap p50 92s p95 93s, 1 sample",
      "since start rerouted 163, wasted 50ms",
    ]);
  });
});
