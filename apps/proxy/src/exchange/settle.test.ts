import { reply, status } from "@ccp/mock-upstream";
import { REROUTE_MODES, UsageEventSchema } from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";

const QUOTAS = {
  models: {
    "claude-haiku-4.5": {
      provider: "zai",
      rolling_tokens: 100_000,
      weekly_limit_type: "tokens",
      weekly_limit_value: 1_000_000,
      warn_pct: 0.8,
    },
  },
};

const FIELDS = [
  "ts", "rid", "attempt", "lane", "model", "status", "decision", "decision_reason", "reason", "op", "latency_ms",
  "stream_ms", "ttft_ms", "input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens", "usage_source",
  "err_type", "upstream", "h2", "header_mode", "retry", "backoff_ms", "rolling_used_tokens", "rolling_capacity_tokens",
  "weekly_used_tokens", "weekly_capacity_tokens", "headroom_pct_rolling", "headroom_pct_weekly", "quota_headroom_pct",
  "predicted_tokens", "warn_pct_cfg", "quota_warn_threshold", "warn_pct_auto", "warn_pct_confidence", "gap_seconds_p50",
  "gap_seconds_p95", "gap_samples", "reroute_mode", "reroute_decision", "reroute_attempt", "preferred_attempt",
  "cooldown_active", "cooldown_next_ts", "cooldown_remaining_sec", "wasted_retry_ms", "repairs", "traffic_class",
]; // biome-ignore format: a list to compare by eye

describe.each(REROUTE_MODES)("the log in mode %s", (mode) => {
  it("writes a decision before the attempt and a completion after it, every field in both", async () => {
    const { url, zai, events } = await openTestGateway({ quotas: QUOTAS, settings: { rerouteMode: mode } });
    zai.script(
      reply({
        usage: { inputTokens: 1200, outputTokens: 340, cacheReadTokens: 5000, cacheCreationTokens: 0 },
      }),
    );
    await (await postMessage(url, { stream: true })).text();
    const [decision, completion] = events;
    expect(events).toHaveLength(2);
    for (const event of events) expect(v.safeParse(UsageEventSchema, event).issues).toBeUndefined();
    expect(Object.keys(decision ?? {}).sort()).toEqual([...FIELDS, "event"].sort());
    expect(Object.keys(completion ?? {}).sort()).toEqual([...FIELDS, "request_key"].sort());
    expect(decision).toMatchObject({
      event: "decision",
      status: -1,
      attempt: 1,
      model: HAIKU,
      lane: "zai",
      header_mode: "x-api-key",
      op: "stream",
      input_tokens: null,
      rolling_used_tokens: 0,
      rolling_capacity_tokens: 100_000,
      reroute_mode: mode,
      preferred_attempt: false,
      repairs: ["model_name", "oauth_beta"],
    });
    expect(completion).toMatchObject({
      status: 200,
      reason: "ok",
      err_type: "",
      input_tokens: 1200,
      output_tokens: 340,
      cache_read_tokens: 5000,
      usage_source: "body",
      rolling_used_tokens: 1200 + 340 + 500,
      weekly_used_tokens: 1200 + 340 + 500,
      wasted_retry_ms: 0,
    });
    expect(completion?.rid).toBe(decision?.rid);
  });
});

describe("thresholds", () => {
  it.each([
    ["below warn", 79_000, false, false, "quota_pass"],
    ["at warn", 80_000, true, false, "quota_warn_attempt"],
    ["at the cap", 100_000, true, true, "quota_block"],
  ])("%s: %d tokens used", async (_name, used, warn, block, expected) => {
    const { url, decisions } = await openTestGateway({ quotas: QUOTAS, settings: { devEnable: true } });
    await simulate(url, used);
    const view = await usage(url);
    expect(view).toMatchObject({ warn, block, rolling_pct: used / 100_000 });
    await (await postMessage(url)).text();
    expect(decisions().at(-1)?.reroute_decision).toBe(expected);
    expect(decisions().at(-1)?.lane).toBe(block ? "anthropic" : "zai");
  });

  it("counts only what its own lane served", async () => {
    const { url, zai, anthropic } = await openTestGateway({ quotas: QUOTAS });
    zai.script(status(429, { error: { code: "1308", message: "[1308][limit]" } }));
    anthropic.script(reply({ usage: { inputTokens: 1000, outputTokens: 10 } }));
    await (await postMessage(url)).text();
    const view = await usage(url);
    expect(view).toMatchObject({ rolling_used_tokens: 0, reserved_tokens: 0 });
    expect(view.lanes).toMatchObject({ anthropic: { input_tokens: 1000, output_tokens: 10 } });
  });

  it("marks a cooldown of its own where the limit names no reset", async () => {
    const { url, zai, clock, decisions, completions } = await openTestGateway({ quotas: QUOTAS });
    zai.script(status(429, { error: { code: "1308", message: "[1308][limit]" } }));
    await (await postMessage(url)).text();
    expect(completions().at(-1)).toMatchObject({ cooldown_active: true, cooldown_remaining_sec: 300 });
    await (await postMessage(url)).text();
    expect(decisions().at(-1)?.reroute_decision).toBe("quota_cooldown");
    clock.advance(301_000);
    await (await postMessage(url)).text();
    expect(decisions().at(-1)).toMatchObject({ lane: "zai", reroute_decision: "quota_probe" });
    await (await postMessage(url)).text();
    expect(decisions().at(-1)).toMatchObject({
      lane: "zai",
      reroute_decision: "quota_pass",
      cooldown_active: false,
    });
  });
});

async function simulate(url: string, tokens: number): Promise<void> {
  const answer = await fetch(`${url}/v1/dev/sim-usage`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: HAIKU, in: tokens, out: 0 }),
  });
  expect(await answer.json()).toMatchObject({ ok: true });
}

async function usage(url: string): Promise<Record<string, unknown>> {
  const view = (await (await fetch(`${url}/v1/usage`)).json()) as {
    models: Record<string, Record<string, unknown>>;
  };
  return view.models["claude-haiku-4.5"] ?? {};
}
