import { toQuotaConfig } from "@ccp/usage-contract";
import { expect, it } from "vitest";
import { createQuotaEngine, type QuotaEngine } from "../index.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const quotas = {
  models: { "claude-opus-4.5": { provider: "anthropic", rolling_tokens: 1000 } },
  pools: { plan: { provider: "anthropic", models: ["claude-*"], rolling_tokens: 5000 } },
};
const OWN = "anthropic";
const COLLEAGUE = "anthropic#9f2c41d0";

function used(engine: QuotaEngine, lane: string) {
  const { constraints } = engine.assess({ lane, model: "claude-opus-4.5", predicted: 0, nowMs: NOW });
  return Object.fromEntries(constraints.map(({ name, usedTokens }) => [name, usedTokens]));
}

function spend(engine: QuotaEngine, lane: string, rid: string, tokens: number): void {
  const model = "claude-opus-4.5";
  engine.reserve({ rid, attempt: 1, lane, model, predicted: 10, deadlineMs: NOW + 1000 }, NOW);
  const counts = { inputTokens: tokens, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };
  engine.settle(
    rid,
    1,
    {
      lane,
      model,
      counts,
      atMs: NOW,
      wallMs: 1,
      streamMs: 1,
      ttftMs: 1,
      localHour: 12,
      estimated: false,
      bodyBytes: 1,
    },
    NOW,
  );
}

it("counts each account of a lane for itself, against the model's cap and the pool's", () => {
  const engine = createQuotaEngine({ config: toQuotaConfig(quotas) });
  spend(engine, OWN, "a", 900);
  spend(engine, COLLEAGUE, "b", 100);
  expect(used(engine, OWN)).toMatchObject({ rolling: 900, "pool:plan:rolling": 900 });
  expect(used(engine, COLLEAGUE)).toMatchObject({ rolling: 100, "pool:plan:rolling": 100 });
});

it("keeps the accounts apart over a snapshot and over new quotas", () => {
  const config = toQuotaConfig(quotas);
  const engine = createQuotaEngine({ config });
  spend(engine, OWN, "a", 900);
  spend(engine, COLLEAGUE, "b", 100);
  const next = createQuotaEngine({ config });
  expect(next.restore(JSON.parse(JSON.stringify(engine.snapshot())), NOW)).toMatchObject({
    restored: true,
    skipped: 0,
  });
  next.reconfigure(config, NOW);
  expect(used(next, OWN)).toMatchObject({ rolling: 900, "pool:plan:rolling": 900 });
  expect(used(next, COLLEAGUE)).toMatchObject({ rolling: 100, "pool:plan:rolling": 100 });
});

it("forgets one account and leaves the others as they are", () => {
  const engine = createQuotaEngine({ config: toQuotaConfig(quotas) });
  spend(engine, OWN, "a", 900);
  spend(engine, COLLEAGUE, "b", 100);
  engine.forgetLane(COLLEAGUE, NOW);
  expect(used(engine, COLLEAGUE)).toMatchObject({ rolling: 0 });
  expect(used(engine, OWN)).toMatchObject({ rolling: 900, "pool:plan:rolling": 900 });
});
