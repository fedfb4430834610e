import { toQuotaConfig } from "@ccp/usage-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildEngine, buildRecord, HOUR, MINUTE, ONE_CAP, T0 } from "../testing/build.ts";
import type { LeaseInput, QuotaEngine } from "../types.ts";

const ask = { lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 };

function lease(rid: string, over: Partial<LeaseInput> = {}): LeaseInput {
  return { rid, attempt: 1, lane: "zai", model: "glm-4.7", predicted: 100, deadlineMs: T0 + HOUR, ...over };
}

const reserved = (engine: QuotaEngine, nowMs = T0): number => engine.assess({ ...ask, nowMs }).reservedTokens;

describe("a lease", () => {
  it("holds its tokens until it is settled, once", () => {
    const engine = buildEngine(ONE_CAP);
    engine.reserve(lease("a"), T0);
    expect(engine.assess(ask)).toMatchObject({
      reservedTokens: 100,
      headroomTokens: 900,
      headroomPct: 0.9,
      usedTokens: 0,
    });
    expect(engine.settle("a", 1, buildRecord(130, T0), T0)).toBe(true);
    expect(engine.assess(ask)).toMatchObject({ reservedTokens: 0, usedTokens: 130 });
    expect(engine.settle("a", 1, buildRecord(130, T0), T0)).toBe(false);
    expect(engine.assess(ask).usedTokens).toBe(130);
  });

  it("that spent nothing counts nothing", () => {
    const engine = buildEngine(ONE_CAP);
    engine.reserve(lease("a"), T0);
    expect(engine.settle("a", 1, null, T0)).toBe(true);
    expect(engine.assess(ask)).toMatchObject({ reservedTokens: 0, usedTokens: 0 });
  });

  it("nobody took cannot be settled", () => {
    const engine = buildEngine(ONE_CAP);
    expect(engine.settle("a", 1, buildRecord(130, T0), T0)).toBe(false);
    expect(engine.assess(ask).usedTokens).toBe(0);
  });

  it("is one for each attempt; the same attempt replaces its own", () => {
    const engine = buildEngine(ONE_CAP);
    engine.reserve(lease("a"), T0);
    engine.reserve(lease("a", { attempt: 2, predicted: 30 }), T0);
    expect(reserved(engine)).toBe(130);
    engine.reserve(lease("a", { predicted: 10 }), T0);
    expect(reserved(engine)).toBe(40);
    expect(engine.settle("a", 1, null, T0)).toBe(true);
    expect(reserved(engine)).toBe(30);
  });

  it("holds whole tokens, so that nothing is left over", () => {
    const engine = buildEngine(ONE_CAP);
    for (const rid of ["a", "b", "c"]) engine.reserve(lease(rid, { predicted: 0.1 }), T0);
    expect(reserved(engine)).toBe(3);
    for (const rid of ["a", "b", "c"]) engine.settle(rid, 1, null, T0);
    expect(reserved(engine)).toBe(0);
  });

  it("holds nothing past its deadline; the answer that still comes counts once", () => {
    const engine = buildEngine(ONE_CAP);
    engine.reserve(lease("a", { deadlineMs: T0 + MINUTE }), T0);
    expect(reserved(engine, T0 + MINUTE - 1)).toBe(100);
    expect(reserved(engine, T0 + MINUTE)).toBe(0);
    const late = T0 + 2 * MINUTE;
    expect(engine.settle("a", 1, buildRecord(130, late), late)).toBe(true);
    expect(engine.settle("a", 1, buildRecord(130, late), late)).toBe(false);
    expect(engine.assess({ ...ask, nowMs: late })).toMatchObject({ reservedTokens: 0, usedTokens: 130 });
  });

  it("keeps its length when the clock is set back", () => {
    const engine = buildEngine(ONE_CAP);
    engine.reserve(lease("a", { deadlineMs: T0 + MINUTE }), T0);
    expect(reserved(engine, T0 - 2 * HOUR)).toBe(100);
    expect(reserved(engine, T0 - 2 * HOUR + MINUTE)).toBe(0);
  });

  it("holds tokens of the pool too", () => {
    const engine = buildEngine({
      pools: { plan: { provider: "zai", models: ["glm-*"], rolling_tokens: 1000 } },
    });
    engine.reserve(lease("a", { model: "glm-5", predicted: 700 }), T0);
    expect(engine.assess(ask).binding).toMatchObject({ name: "pool:plan:rolling", headroomTokens: 300 });
    expect(engine.assess(ask).reservedTokens).toBe(0);
  });

  it("needs a deadline and a number of tokens", () => {
    const engine = buildEngine(ONE_CAP);
    expect(() => engine.reserve(lease("a", { deadlineMs: Number.NaN }), T0)).toThrow(RangeError);
    expect(() => engine.reserve(lease("a", { predicted: Number.NaN }), T0)).toThrow(RangeError);
  });
});

describe("any interleaving", () => {
  const rid = fc.constantFrom("a", "b", "c", "d", "e");
  const attempt = fc.integer({ min: 1, max: 2 });
  const lane = fc.constantFrom("zai", "anthropic");
  const action = fc.oneof(
    fc.record({
      kind: fc.constant("reserve" as const),
      rid,
      attempt,
      lane,
      predicted: fc.double({ min: 0, max: 500, noNaN: true }),
      lifeMs: fc.integer({ min: 1, max: 10 * MINUTE }),
    }),
    fc.record({
      kind: fc.constant("settle" as const),
      rid,
      attempt,
      tokens: fc.option(fc.integer({ min: 0, max: 500 })),
    }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 5 * MINUTE }) }),
    fc.record({ kind: fc.constant("reload" as const), pool: fc.boolean() }),
  );

  it("brings every reservation back to 0 and counts each answer once", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const engine = buildEngine(ONE_CAP);
        let nowMs = T0;
        let counted = 0;
        const open = new Map<string, string>();
        for (const next of actions) {
          const id = "rid" in next ? `${next.rid}/${next.attempt}` : "";
          if (next.kind === "wait") nowMs += next.ms;
          if (next.kind === "reload") engine.reconfigure(next.pool ? withPool : withoutPool, nowMs);
          if (next.kind === "reserve") {
            engine.reserve({ ...lease(next.rid), ...next, deadlineMs: nowMs + next.lifeMs }, nowMs);
            open.set(id, next.lane);
          }
          if (next.kind === "settle") {
            const on = open.get(id);
            const record =
              next.tokens === null ? null : buildRecord(next.tokens, nowMs, { lane: on ?? "zai" });
            expect(engine.settle(next.rid, next.attempt, record, nowMs)).toBe(open.delete(id));
            if (on === "zai") counted += next.tokens ?? 0;
          }
          expect(engine.assess({ ...ask, nowMs }).usedTokens).toBe(counted);
        }
        for (const id of open.keys()) engine.settle(id.slice(0, 1), Number(id.slice(2)), null, nowMs);
        for (const on of ["zai", "anthropic"]) {
          const { reservedTokens, constraints } = engine.assess({ ...ask, lane: on, nowMs });
          expect(reservedTokens).toBe(0);
          for (const bound of constraints) expect(bound.headroomTokens).toBe(Math.max(0, 1000 - counted));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("brings them back to 0 by their deadlines alone", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10 * MINUTE }), { maxLength: 50 }), (lives) => {
        const engine = buildEngine(ONE_CAP);
        lives.forEach((life, index) => {
          engine.reserve(lease(`r${index}`, { deadlineMs: T0 + life }), T0);
        });
        expect(reserved(engine, T0)).toBe(100 * lives.length);
        expect(reserved(engine, T0 + 10 * MINUTE)).toBe(0);
      }),
    );
  });
});

const withoutPool = toQuotaConfig(ONE_CAP);
const withPool = toQuotaConfig({
  ...ONE_CAP,
  pools: { plan: { provider: "zai", models: ["glm-*"], rolling_tokens: 1000 } },
});

describe("a herd of 50 at 97 %", () => {
  /** Fires all 50 before the first answers, admitting only what is not blocked. */
  function run(predicted: number, actual: number): { admitted: number; usedTokens: number } {
    const engine = buildEngine({ models: { "glm-4.7": { provider: "zai", rolling_tokens: 100_000 } } });
    engine.record(buildRecord(97_000, T0), T0);
    const admitted: string[] = [];
    for (let i = 0; i < 50; i += 1) {
      if (engine.assess({ ...ask, predicted }).blocked) continue;
      engine.reserve(lease(`r${i}`, { predicted }), T0);
      admitted.push(`r${i}`);
    }
    for (const rid of admitted) engine.settle(rid, 1, buildRecord(actual, T0 + MINUTE), T0 + MINUTE);
    expect(reserved(engine, T0 + MINUTE)).toBe(0);
    return {
      admitted: admitted.length,
      usedTokens: engine.assess({ ...ask, nowMs: T0 + MINUTE }).usedTokens,
    };
  }

  it("stays under the cap when the estimates hold", () => {
    expect(run(400, 400)).toEqual({ admitted: 7, usedTokens: 99_800 });
  });

  it("passes it by no more than the estimates were off", () => {
    expect(run(400, 500)).toEqual({ admitted: 7, usedTokens: 100_500 });
  });

  it("admits one at a time when one fills what is left", () => {
    expect(run(2999, 3500)).toEqual({ admitted: 1, usedTokens: 100_500 });
  });
});
