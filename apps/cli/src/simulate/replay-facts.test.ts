import type { QuotasFile, UsageEvent } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { exchange, type TestExchange } from "../test-kit/recorded-exchange.ts";
import { simulateLog } from "../test-kit/simulate-log.ts";

const T0 = 1_800_000_000;
const HAIKU = "claude-haiku-4.5";
const CAP_1000: QuotasFile = { models: { [HAIKU]: { provider: "zai", rolling_tokens: 1000 } } };

/** Requests a minute apart, each as given. */
function minutes(...requests: readonly Omit<TestExchange, "at" | "rid">[]): UsageEvent[] {
  return requests.flatMap((request, index) =>
    exchange({ at: T0 + 60 * index, rid: `r${index}`, ...request }),
  );
}

const same = (line: string) => ({ recorded: line, preemptive: line, run2cap: line, hybrid: line });

describe("what the log says of a request holds in every mode", () => {
  it("a failure is met again by the same request, and costs what it cost", async () => {
    const failed = {
      attempts: [
        { lane: "zai", lostMs: 1200 },
        { lane: "anthropic", rule: "fallback" },
      ],
    } as const;
    const { table } = await simulateLog(minutes({}, failed, {}), { quotas: CAP_1000 });
    expect(table).toEqual(
      same("3 requests, 2 kept, 1 rerouted (fallback 1), 1200 ms, anthropic 100, zai 200"),
    );
  });

  it("a limit that left no mark was a moment's throttle: met again, no evidence about a cap", async () => {
    const throttled = {
      attempts: [
        { lane: "zai", lostMs: 250 },
        { lane: "anthropic", rule: "quota_overshoot" },
      ],
    } as const;
    const { table, simulation } = await simulateLog(minutes({}, throttled, {}));
    expect(table).toEqual(
      same(
        "3 requests, 2 kept, 1 rerouted (quota_overshoot 1), 1 overshoots, 250 ms, anthropic 100, zai 200",
      ),
    );
    expect(simulation.limits.caps).toEqual([]);
  });

  it("a request's own fault is its own on any lane, and spends nothing", async () => {
    const faulty = { tokens: null, completion: { status: 400, err_type: "4xx" } } as const;
    const { table, simulation } = await simulateLog(minutes({}, faulty), { quotas: CAP_1000 });
    expect(table).toEqual(same("2 requests, 2 kept, zai 100"));
    expect(simulation.unserved).toBe(0);
  });

  it("a lane named by hand, and the kill switch, are kept to", async () => {
    const byHand = {
      model: "claude-opus-5",
      decision: { decision: "manual_override" },
    } as const;
    const paused = { attempts: [{ lane: "anthropic" }], decision: { decision: "failover_paused" } } as const;
    const { table } = await simulateLog(minutes(byHand, paused), {
      quotas: { models: { "*": { provider: "zai", rolling_tokens: 50 } } },
    });
    expect(table).toEqual(same("2 requests, 2 kept, anthropic 100, zai 100"));
  });
});

describe("what the log does not say", () => {
  it("a request that nobody served is taken to spend what it was expected to", async () => {
    const refused = {
      attempts: [],
      tokens: null,
      predicted: 70,
      completion: { decision: "no_fallback", reroute_decision: "no_fallback", predicted_tokens: 70 },
    } as const;
    const { table, simulation } = await simulateLog(minutes({}, refused));
    expect(simulation.unserved).toBe(1);
    expect(table.recorded).toBe("2 requests, 1 kept, 1 refused, zai 100");
    expect(table.hybrid).toBe("2 requests, 2 kept, zai 170");
  });

  it("a limit of a lane with no other beside it reaches the client in every mode", async () => {
    const served = { model: "glm-4.7" };
    const limited = {
      model: "glm-4.7",
      tokens: null,
      completion: { cooldown_active: true, cooldown_next_ts: T0 + 6 * 60 + 300, wasted_retry_ms: 90 },
    } as const;
    const { table, simulation } = await simulateLog(
      minutes(...Array.from({ length: 6 }, () => served), limited),
    );
    expect(simulation.limits.caps).toMatchObject([{ capacityTokens: 600, source: "limits" }]);
    expect(table.recorded).toBe("7 requests, 6 kept, 1 refused, 1 overshoots, 90 ms, zai 600");
    expect(table.hybrid).toBe("7 requests, 6 kept, 1 refused, 1 overshoots, 90 ms, zai 600");
  });

  it("a request that every lane refuses is answered by none", async () => {
    const refused = {
      attempts: [
        { lane: "zai", lostMs: 100 },
        { lane: "anthropic", rule: "quota_overshoot", lostMs: 50 },
      ],
      markedSec: 300,
      tokens: null,
      completion: { wasted_retry_ms: 150 },
    } as const;
    const opus = { model: "claude-opus-5", attempts: [{ lane: "anthropic" }] } as const;
    const { table, simulation } = await simulateLog(
      minutes({}, { attempts: [{ lane: "anthropic", rule: "fallback" }] }, opus, {}, refused),
    );
    expect(simulation.limits.caps).toMatchObject([
      { subject: { lane: "zai" }, capacityTokens: 200 },
      { subject: { lane: "anthropic" }, capacityTokens: 100 },
    ]);
    expect(table.recorded).toBe(
      "5 requests, 3 kept, 1 rerouted (fallback 1), 1 refused, 2 overshoots, 150 ms, anthropic 200, zai 200",
    );
    // The second request stays on zai here, so that zai refuses the fourth already, and anthropic the fifth.
    expect(table.hybrid).toBe(
      "5 requests, 3 kept, 1 rerouted (quota_overshoot 1), 1 refused, 2 overshoots, 150 ms, anthropic 200, zai 200",
    );
    expect(table.run2cap).toBe(
      "5 requests, 3 kept, 1 rerouted (quota_overshoot 1), 1 refused, 2 overshoots, 150 ms, anthropic 200, zai 200",
    );
  });

  it("a limit before anything was counted was spent elsewhere: the same request meets it again", async () => {
    const limited = {
      attempts: [
        { lane: "zai", lostMs: 300 },
        { lane: "anthropic", rule: "quota_overshoot" },
      ],
      markedSec: 300,
    } as const;
    const { table, simulation } = await simulateLog(minutes(limited, {}), { quotas: CAP_1000 });
    expect(simulation.limits.foreign.size).toBe(1);
    expect(simulation.limits.caps).toMatchObject([{ capacityTokens: 1000, source: "config" }]);
    // The next request meets the cooldown of the first, except in the mode that knows none.
    expect(table.hybrid).toBe(
      "2 requests, 2 rerouted (quota_cooldown 1, quota_overshoot 1), 1 overshoots, 300 ms, anthropic 200",
    );
    expect(table.run2cap).toBe(
      "2 requests, 2 rerouted (quota_cooldown 1, quota_overshoot 1), 1 overshoots, 300 ms, anthropic 200",
    );
  });

  it("a log that begins in the middle of a window begins with what its first lines say", async () => {
    const begun = { decision: { rolling_used_tokens: 800, weekly_used_tokens: 5000 } };
    const { table, recording } = await simulateLog(minutes(begun, {}, {}), { quotas: CAP_1000 });
    expect(recording.earlier).toMatchObject([{ lane: "zai", rollingTokens: 800, weeklyTokens: 5000 }]);
    expect(table.hybrid).toBe("3 requests, 1 kept, 2 rerouted (quota_block 2), anthropic 200, zai 100");
  });

  it("a conversation that does not fit stays away from the smaller lane", async () => {
    const long = { attempts: [{ lane: "anthropic" }], model: "claude-opus-5", tokens: 250_000 } as const;
    const limited = {
      ...long,
      tokens: null,
      completion: { cooldown_active: true, cooldown_next_ts: T0 + 60 + 300 },
    } as const;
    const { table } = await simulateLog(minutes(long, { ...limited, predicted: 250_000 }, {}));
    expect(table.hybrid).toBe("3 requests, 2 kept, 1 refused, 1 overshoots, anthropic 250000, zai 100");
  });

  it("a lane without its key is used only if the log shows that it served", async () => {
    const toAnthropic = { attempts: [{ lane: "anthropic", rule: "quota_block" }] } as const;
    const without = await simulateLog(minutes(toAnthropic));
    expect([...without.simulation.unusable]).toEqual([["zai", "ZAI_API_KEY is not set"]]);
    expect(without.table.hybrid).toBe("1 requests, 1 rerouted (fallback 1), anthropic 100");
    const withKey = await simulateLog(minutes(toAnthropic), { env: { ZAI_API_KEY: "k" } });
    expect(withKey.table.hybrid).toBe("1 requests, 1 kept, zai 100");
    const seen = await simulateLog(minutes(toAnthropic, {}));
    expect(seen.table.hybrid).toBe("2 requests, 2 kept, zai 200");
  });
});

describe("what binds more than one model", () => {
  const SONNET = "claude-haiku-sonnet";
  const limited = {
    attempts: [
      { lane: "zai", lostMs: 300 },
      { lane: "anthropic", rule: "quota_overshoot" },
    ],
    markedSec: 300,
  } as const;
  const cooled = {
    model: SONNET,
    attempts: [{ lane: "anthropic", rule: "quota_cooldown" }],
    decision: { cooldown_active: true, cooldown_next_ts: T0 + 240 + 300 },
  } as const;

  it("a pool counts its models together", async () => {
    const quotas: QuotasFile = {
      pools: { plan: { provider: "zai", models: ["claude-*"], rolling_tokens: 400 } },
    };
    const { table } = await simulateLog(minutes({}, { model: SONNET }, {}, { model: SONNET }, {}), {
      quotas,
    });
    expect(table.hybrid).toBe("5 requests, 3 kept, 2 rerouted (quota_block 2), anthropic 200, zai 300");
  });

  it("a mark that shows on another model is the account's: the lane counts as a whole, and cools for all", async () => {
    const log = minutes({}, { model: SONNET }, {}, { model: SONNET }, limited, cooled);
    const { table, simulation, recording } = await simulateLog(log);
    expect([...recording.accountLanes]).toEqual(["zai"]);
    expect(simulation.limits.caps).toMatchObject([{ subject: { kind: "account" }, capacityTokens: 400 }]);
    expect(table.hybrid).toBe(
      "6 requests, 4 kept, 2 rerouted (quota_cooldown 1, quota_overshoot 1), 1 overshoots, 300 ms, anthropic 200, zai 400",
    );
    expect(table.run2cap).toBe(
      "6 requests, 4 kept, 2 rerouted (quota_cooldown 1, quota_overshoot 1), 1 overshoots, 300 ms, anthropic 200, zai 400",
    );
  });
});
