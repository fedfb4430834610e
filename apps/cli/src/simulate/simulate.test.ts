import type { QuotasFile, UsageEvent } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { exchange, type TestExchange } from "../test-kit/recorded-exchange.ts";
import { figuresLine, simulateLog } from "../test-kit/simulate-log.ts";

/** A multiple of every bucket of the windows, so that what leaves a window leaves on the second. */
const T0 = 1_800_000_000;
const HAIKU = "claude-haiku-4.5";
const CAP_1000: QuotasFile = {
  models: { [HAIKU]: { provider: "zai", rolling_tokens: 1000, warn_pct: 0.8 } },
};

/** Haiku requests of 100 tokens, one a minute. */
function minutes(
  count: number,
  of: (index: number) => Omit<TestExchange, "at" | "rid"> = () => ({}),
): UsageEvent[] {
  return Array.from({ length: count }, (_, index) =>
    exchange({ at: T0 + 60 * index, rid: `r${index}`, ...of(index) }),
  ).flat();
}

const TO_ANTHROPIC = (rule: UsageEvent["reroute_decision"]) => ({ attempts: [{ lane: "anthropic", rule }] });
const OVERSHOT = {
  attempts: [
    { lane: "zai", lostMs: 400 },
    { lane: "anthropic", rule: "quota_overshoot" },
  ],
  markedSec: 300,
} as const;

/** What a hybrid gateway does at a cap of 600 where 1000 are configured: one attempt a cooldown of five minutes. */
function hiddenCap(index: number): Omit<TestExchange, "at" | "rid"> {
  if (index < 6) return {};
  return index % 6 === 0 ? OVERSHOT : TO_ANTHROPIC("quota_cooldown");
}

describe("a hidden cap at 60 % of the configured one", () => {
  it("costs one attempt a cooldown, which grows in run2cap", async () => {
    const { table, simulation } = await simulateLog(minutes(40, hiddenCap), { quotas: CAP_1000 });
    const hybrid =
      "40 requests, 6 kept, 34 rerouted (quota_cooldown 28, quota_overshoot 6), 6 overshoots, 2400 ms, anthropic 3400, zai 600";
    expect(table).toEqual({
      recorded: hybrid,
      preemptive: hybrid,
      run2cap:
        "40 requests, 6 kept, 34 rerouted (quota_cooldown 30, quota_overshoot 4), 4 overshoots, 1600 ms, anthropic 3400, zai 600",
      hybrid,
    });
    expect(simulation.limits.caps).toMatchObject([
      { window: "rolling", capacityTokens: 600, configuredTokens: 1000, source: "limits", samples: 1 },
    ]);
  });

  it("is met once a cooldown, however long, and the recorded one is not taken for a reset", async () => {
    for (const [cooldownSec, overshoots] of [
      [60, 17],
      [600, 4],
      // Without a cooldown the fourth limit teaches the gateway where the cap lies, and it stops before.
      [0, 4],
    ] as const) {
      const { simulation } = await simulateLog(minutes(40, hiddenCap), { quotas: CAP_1000, cooldownSec });
      expect([cooldownSec, simulation.modes.get("hybrid")?.overshoots]).toEqual([cooldownSec, overshoots]);
      expect(simulation.limits.history.namesEnd).toEqual(new Set());
    }
  });

  it("is learned: once the lane has served again, hybrid stops short of it without a limit", async () => {
    // Ten minutes is the window: what is spent comes back, and the limits after that are samples of their own.
    const quotas: QuotasFile = { ...CAP_1000, windows: { rolling_seconds: 600 } };
    const { simulation, recording } = await simulateLog(
      minutes(400, (index) => (index === 6 ? OVERSHOT : index < 6 ? {} : TO_ANTHROPIC("quota_block"))),
      { quotas },
    );
    const hybrid = simulation.modes.get("hybrid");
    expect(recording.figures.overshoots).toBe(1);
    // Half a window's requests fit below 600 tokens with one of 100 to come; the other half stays away.
    expect(figuresLine(hybrid)).toBe(
      "400 requests, 184 kept, 216 rerouted (quota_block 192, quota_cooldown 20, quota_overshoot 4), 4 overshoots, 1600 ms, anthropic 21600, zai 18400",
    );
  });
});

describe("a configured cap that the log says nothing of", () => {
  const log = minutes(15, (index) => (index < 9 ? {} : TO_ANTHROPIC("quota_block")));

  it("is where the lane refuses: hybrid stops before, run2cap finds out", async () => {
    const { table, simulation } = await simulateLog(log, { quotas: CAP_1000 });
    expect(table).toEqual({
      recorded: "15 requests, 9 kept, 6 rerouted (quota_block 6), anthropic 600, zai 900",
      preemptive: "15 requests, 9 kept, 6 rerouted (quota_block 6), anthropic 600, zai 900",
      run2cap:
        "15 requests, 10 kept, 5 rerouted (quota_cooldown 4, quota_overshoot 1), 1 overshoots, 500 ms, anthropic 500, zai 1000",
      hybrid: "15 requests, 9 kept, 6 rerouted (quota_block 6), anthropic 600, zai 900",
    });
    expect(simulation.limits.caps).toMatchObject([{ capacityTokens: 1000, source: "config", samples: 0 }]);
    expect(simulation.losses.get("zai")).toEqual({ lostMs: 500, samples: 0 });
  });

  it("is left at the warning by preemptive, where the quotas say so", async () => {
    const { table } = await simulateLog(log, { quotas: { ...CAP_1000, preempt_at: "warn" } });
    expect(table.preemptive).toBe(
      "15 requests, 8 kept, 7 rerouted (quota_preemptive_warn 7), anthropic 700, zai 800",
    );
    expect(table.hybrid).toBe("15 requests, 9 kept, 6 rerouted (quota_block 6), anthropic 600, zai 900");
  });

  it("is not believed where the log shows answers beyond it", async () => {
    const { table, simulation } = await simulateLog(minutes(15), { quotas: CAP_1000 });
    expect(simulation.limits.caps).toMatchObject([{ capacityTokens: 1401, source: "served" }]);
    expect(table.run2cap).toBe("15 requests, 15 kept, zai 1500");
    expect(table.hybrid).toBe("15 requests, 9 kept, 6 rerouted (quota_block 6), anthropic 600, zai 900");
  });

  it("of the week binds as one of five hours does", async () => {
    const quotas: QuotasFile = {
      models: { [HAIKU]: { provider: "zai", weekly_limit_type: "tokens", weekly_limit_value: 1000 } },
    };
    const { table, simulation } = await simulateLog(log, { quotas });
    expect(simulation.limits.caps).toMatchObject([{ window: "weekly", capacityTokens: 1000 }]);
    expect(table.hybrid).toBe("15 requests, 9 kept, 6 rerouted (quota_block 6), anthropic 600, zai 900");
  });

  it("in hours never refuses", async () => {
    const quotas: QuotasFile = {
      models: { [HAIKU]: { provider: "zai", weekly_limit_type: "hours", weekly_limit_value: 1 } },
    };
    const { table, simulation } = await simulateLog(log, { quotas });
    expect(simulation.limits.caps).toEqual([]);
    expect(table.run2cap).toBe("15 requests, 15 kept, zai 1500");
  });
});

describe("limits that name their reset", () => {
  /** Refused at 600 tokens until 100 minutes past the start; served again from then on. */
  const log = minutes(110, (index) => {
    if (index < 6 || index >= 100) return {};
    return index === 6 ? { ...OVERSHOT, markedSec: 100 * 60 - 360.4 } : TO_ANTHROPIC("quota_cooldown");
  });

  it("keep every mode away until then, and the window begins anew there", async () => {
    const { table, simulation } = await simulateLog(log);
    expect([...simulation.limits.history.namesEnd]).toEqual(["zai"]);
    const line =
      "110 requests, 12 kept, 98 rerouted (quota_cooldown 96, quota_overshoot 2), 2 overshoots, 800 ms, anthropic 9800, zai 1200";
    expect(table.run2cap).toBe(line);
    expect(table.hybrid).toBe(line);
    expect(table.recorded).toBe(
      "110 requests, 16 kept, 94 rerouted (quota_cooldown 93, quota_overshoot 1), 1 overshoots, 400 ms, anthropic 9400, zai 1600",
    );
  });

  it("tell by their counts whether windows end whole or lose what is oldest", async () => {
    // Five requests, one five minutes later, and a window of ten minutes: full at 600 until the five have left it,
    // full again once five more have come. A window that ended whole would have held 500 then.
    const at = (sec: number, index: number, rest: Omit<TestExchange, "at" | "rid"> = {}) =>
      exchange({ at: T0 + sec, rid: `r${index}`, ...rest });
    const limited = (markedSec: number) => ({
      ...OVERSHOT,
      attempts: OVERSHOT.attempts.map(noLoss),
      markedSec,
    });
    const log = [
      ...[0, 1, 2, 3, 4].flatMap((index) => at(index, index)),
      ...at(300, 5),
      ...at(360, 6, limited(245)),
      ...[660, 661, 662, 663, 664].flatMap((sec, index) => at(sec, 7 + index)),
      ...at(720, 12, limited(181)),
    ];
    const { simulation, table } = await simulateLog(log, { quotas: { windows: { rolling_seconds: 600 } } });
    expect([...simulation.limits.history.namesEnd]).toEqual(["zai"]);
    expect([...simulation.limits.wholeWindows]).toEqual([]);
    expect(simulation.limits.caps).toMatchObject([{ capacityTokens: 600, samples: 2 }]);
    expect(table.hybrid).toBe(
      "13 requests, 11 kept, 2 rerouted (quota_overshoot 2), 2 overshoots, anthropic 200, zai 1100",
    );
    expect(table.run2cap).toBe(table.hybrid);
  });
});

function noLoss<T>(attempt: T): T & { readonly lostMs: number } {
  return { ...attempt, lostMs: 0 };
}
