import type { QuotasFile } from "@ccp/usage-contract";
import { encodeEvent } from "@ccp/usage-store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateLog } from "../test-kit/generated-log.ts";
import { simulateLog } from "../test-kit/simulate-log.ts";
import type { ModeFigures } from "./replay/mode-tally.ts";

const caps = fc.record({
  rolling: fc.option(fc.integer({ min: 1000, max: 2_000_000 }), { nil: null }),
  weekly: fc.option(fc.integer({ min: 1000, max: 2_000_000 }), { nil: null }),
  pool: fc.option(fc.integer({ min: 1000, max: 4_000_000 }), { nil: null }),
  kind: fc.constantFrom("sliding" as const, "anchored" as const),
  preemptAt: fc.constantFrom("warn" as const, "block" as const),
  seconds: fc.constantFrom(600, 18_000),
});

function quotasOf(drawn: typeof caps extends fc.Arbitrary<infer T> ? T : never): QuotasFile {
  const { rolling, weekly, pool, kind, preemptAt, seconds } = drawn;
  return {
    windows: { rolling_seconds: seconds },
    preempt_at: preemptAt,
    models: {
      "claude-haiku-*": {
        provider: "zai",
        rolling_tokens: rolling,
        rolling_kind: kind,
        weekly_limit_type: "tokens",
        weekly_limit_value: weekly,
      },
    },
    pools: { plan: { provider: "zai", models: ["glm-*", "claude-haiku*"], rolling_tokens: pool } },
  };
}

const runs = fc.record({
  requests: fc.integer({ min: 1, max: 250 }),
  seed: fc.integer(),
  caps,
  cooldownSec: fc.constantFrom(0, 60, 300),
});

function rawTokens({ lanes }: ModeFigures): number {
  let sum = 0;
  for (const { inputTokens, outputTokens } of lanes.values()) sum += inputTokens + outputTokens;
  return sum;
}

describe("any log under any quotas", () => {
  it("every request is kept, rerouted or refused, and every reroute has a rule", async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ requests, seed, caps: drawn, cooldownSec }) => {
        const log = generateLog({ requests, seed });
        const { simulation, recording } = await simulateLog(log, { quotas: quotasOf(drawn), cooldownSec });
        for (const figures of [recording.figures, ...simulation.modes.values()]) {
          const { kept, rerouted, refused, reroutes, lanes } = figures;
          expect(kept + rerouted + refused).toBe(requests);
          expect(figures.requests).toBe(requests);
          expect([...reroutes.values()].reduce((sum, count) => sum + count, 0)).toBe(rerouted);
          expect([...lanes.values()].reduce((sum, lane) => sum + lane.requests, 0)).toBe(kept + rerouted);
          // Where nobody is refused, the same tokens are spent, on whatever lane.
          if (refused === 0) expect(rawTokens(figures)).toBe(rawTokens(recording.figures));
          else expect(rawTokens(figures)).toBeLessThanOrEqual(rawTokens(recording.figures));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("gives the same table each time, and lines that stand there twice count once", async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ requests, seed, caps: drawn, cooldownSec }) => {
        const options = { quotas: quotasOf(drawn), cooldownSec };
        const events = [...generateLog({ requests, seed })];
        const { table } = await simulateLog(events, options);
        const twice = await simulateLog([...events, ...events], options);
        expect(twice.table).toEqual(table);
        expect(twice.recording.lines.duplicates).toBe(events.length);
        expect((await simulateLog(events, options)).table).toEqual(table);
      }),
      { numRuns: 6 },
    );
  });

  it("loses nothing but the torn lines", async () => {
    const lines = [...generateLog({ requests: 50 })].map(encodeEvent);
    const torn = lines.flatMap((line) => [line, "", line.slice(0, 40), '{"ts":1}', "\0\0"]);
    const { recording, table } = await simulateLog(torn);
    expect(recording.lines).toEqual({ events: 100, skipped: 300, duplicates: 0, unfinished: 0 });
    expect(table).toEqual((await simulateLog(lines)).table);
  });
});
