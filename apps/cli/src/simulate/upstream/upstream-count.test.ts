import { toQuotaConfig } from "@ccp/usage-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LimitSubjects } from "./limit-subjects.ts";
import { namedEnds } from "./named-ends.ts";
import { UpstreamCount } from "./upstream-count.ts";

const T0 = 1_800_000_000_000;
const CONFIG = toQuotaConfig({
  windows: { rolling_seconds: 600, weekly_seconds: 6000 },
  models: {
    a: { provider: "zai", rolling_tokens: 1000, weights: { cache_read: 2 } },
    b: { provider: "zai", rolling_tokens: 400, weekly_limit_value: 900, weekly_kind: "fixed" },
  },
  pools: { both: { provider: "zai", models: ["a", "b"], rolling_tokens: 1200, rolling_kind: "anchored" } },
});

function limit(atMs: number, endsMs: number | null, lane = "zai") {
  const attempt = { lane, end: "limit", startMs: atMs, lostMs: 0, markedUntilMs: endsMs } as const;
  return { attempt, lane, model: "a", atMs, endsMs };
}

const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 200_000 }),
    model: fc.constantFrom("a", "b"),
    tokens: fc.integer({ min: 0, max: 300 }),
    cached: fc.integer({ min: 0, max: 300 }),
  }),
  { maxLength: 80 },
);

describe("UpstreamCount", () => {
  it("looks at caps only when they can be reached, and misses none", () => {
    fc.assert(
      fc.property(
        steps,
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 4000 })),
        (taken, isWhole, ends) => {
          const subjects = new LimitSubjects(CONFIG, new Set());
          for (const model of ["a", "b"]) subjects.meet(model);
          const named = ends.map((sec) => limit(T0 + sec * 1000 - 1000, T0 + sec * 1000));
          const count = new UpstreamCount({
            config: CONFIG,
            subjects: subjects.all,
            capacity: ({ rule }, window) =>
              window === "rolling" ? rule.rollingTokens : rule.weeklyLimitValue,
            wholeWindows: new Set(isWhole ? ["zai"] : []),
            ends: namedEnds(named, CONFIG, T0),
          });
          let nowMs = T0;
          for (const { afterMs, model, tokens, cached } of taken) {
            nowMs += afterMs;
            const reached = count.reached("zai", model, nowMs).map(({ name }) => name);
            const blocked = count.constraints("zai", model, nowMs).filter((constraint) => constraint.blocked);
            expect(reached).toEqual(blocked.map(({ name }) => name));
            const counts = {
              inputTokens: tokens,
              outputTokens: 0,
              cacheCreationTokens: 0,
              cacheReadTokens: cached,
            };
            count.record("zai", model, counts, nowMs);
          }
        },
      ),
    );
  });

  it("counts nothing on a lane without a cap", () => {
    const subjects = new LimitSubjects(CONFIG, new Set());
    const count = new UpstreamCount({
      config: CONFIG,
      subjects: subjects.all,
      capacity: () => 1,
      wholeWindows: new Set(),
      ends: [],
    });
    const counts = { inputTokens: 9, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };
    count.record("anthropic", "a", counts, T0);
    expect(count.isCapped("anthropic")).toBe(false);
    expect(count.reached("anthropic", "a", T0)).toEqual([]);
  });
});

describe("namedEnds", () => {
  const MINUTE = 60_000;
  const from = (...limits: ReturnType<typeof limit>[]) =>
    namedEnds(limits, CONFIG, T0).map(({ endMs, fromMs, lengthMs }) => [endMs - T0, fromMs - T0, lengthMs]);

  it("knows a window from its beginning on, but not before the log begins", () => {
    const known = from(limit(T0 + 15 * MINUTE, T0 + 20 * MINUTE), limit(T0 + MINUTE, T0 + 5 * MINUTE));
    expect(known).toEqual([
      [5 * MINUTE, 0, 600_000],
      [20 * MINUTE, 10 * MINUTE, 600_000],
    ]);
  });

  it("takes ends that jitter for one, and ends a window before it begins the next", () => {
    const known = from(
      limit(T0 + 5 * MINUTE, T0 + 12 * MINUTE),
      limit(T0 + 6 * MINUTE, T0 + 12 * MINUTE + 3000),
      limit(T0 + 13 * MINUTE, T0 + 15 * MINUTE),
    );
    expect(known).toEqual([
      [12 * MINUTE, 2 * MINUTE, 600_000],
      [15 * MINUTE, 12 * MINUTE, 600_000],
    ]);
  });

  it("tells windows by how far off their ends lie; what names no end says nothing", () => {
    expect(from(limit(T0, T0 + 50 * MINUTE), limit(T0, null))).toEqual([[50 * MINUTE, 0, 6_000_000]]);
  });
});
