import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_REDIS, REDIS_SERVER, startRedis, type TestRedis } from "../../test/redis-server.ts";
import { identity } from "../../test/store-contract.ts";
import { createMemoryStore, type SharedStore } from "../index.ts";
import { openRedisStore } from "./redis-store.ts";

const MINUTE = 60_000;
const T0 = 1_800_000_000_000;
const GATEWAYS = ["a", "b", "c"] as const;
const SCOPES = ["model:zai:glm", "pool:zai:all"] as const;
const LENGTHS = { rolling: 5 * MINUTE, weekly: 20 * MINUTE } as const;

type Step = (stores: readonly SharedStore[], nowMs: number) => Promise<unknown>;

const scope = fc.constantFrom(...SCOPES);
const window = fc
  .record({ scope, window: fc.constantFrom("rolling" as const, "weekly" as const) })
  .map((of) => ({
    ...of,
    lengthMs: LENGTHS[of.window],
    bucketMs: MINUTE,
  }));
const ago = fc.integer({ min: 0, max: 8 * MINUTE });
const tokens = fc.integer({ min: 1, max: 400 });
const who = fc.nat({ max: GATEWAYS.length - 1 });

const weigh = fc
  .record({ who, window, ago, ownStart: fc.boolean(), tokens, limit: fc.integer({ min: 1, max: 2000 }) })
  .map(
    ({ who, window, ago, ownStart, tokens, limit }): Step =>
      (stores, nowMs) =>
        of(stores, who).weigh({
          windows: [{ ...window, sinceMs: nowMs - ago, ownStart }],
          reserve: { scopes: [window.scope], tokens, limits: [{ window: 0, tokens: limit }] },
          probe: null,
          newsVersion: 0,
        }),
  );
const settle = fc.record({ who, window, ago, tokens, back: fc.integer({ min: -500, max: 50 }) }).map(
  ({ who, window, ago, tokens, back }): Step =>
    (stores, nowMs) =>
      of(stores, who).settle({
        counts: [{ ...window, atMs: nowMs - ago, tokens }],
        held: [{ scope: window.scope, tokens: back }],
        tells: [],
      }),
);
const sync = fc
  .record({ who, window, rows: fc.array(fc.record({ ago, tokens }), { maxLength: 4 }), held: tokens })
  .map(
    ({ who, window, rows, held }): Step =>
      (stores, nowMs) =>
        of(stores, who).sync({
          series: [{ ...window, rows: rows.map(({ ago, tokens }) => ({ atMs: nowMs - ago, tokens })) }],
          held: [{ scope: window.scope, tokens: held }],
          tells: [],
        }),
  );
const leave = who.map(
  (who): Step =>
    (stores) =>
      of(stores, who).leave(),
);
/** Mostly less than a gateway's life, sometimes more. */
const wait = fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 3 * MINUTE }));
const step = fc.record({
  waitMs: wait,
  run: fc.oneof(
    { arbitrary: weigh, weight: 4 },
    { arbitrary: settle, weight: 4 },
    { arbitrary: sync, weight: 2 },
    leave,
  ),
});

describe.skipIf(REDIS_SERVER === null)(
  `with a real server${REDIS_SERVER === null ? `: ${NO_REDIS}` : ""}`,
  () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.close());

    it("answers any history as the plain store in memory does", async () => {
      let plans = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          plans += 1;
          let nowMs = T0;
          const clock = (): number => nowMs;
          const memory = createMemoryStore(clock);
          const plain = GATEWAYS.map((name) => memory.open(identity(name)));
          const real = await Promise.all(
            GATEWAYS.map((name) =>
              openRedisStore({
                url: redis.url,
                plan: `same-${plans}`,
                identity: identity(name),
                onGone: () => {},
                clock,
              }),
            ),
          );
          for (const stores of [plain, real]) {
            for (const store of stores) await store.sync({ series: [], held: [], tells: [] });
          }
          for (const { waitMs, run } of steps) {
            nowMs += waitMs;
            expect(await run(real, nowMs)).toEqual(await run(plain, nowMs));
          }
          for (const store of real) store.close();
        }),
        { numRuns: 40 },
      );
    });
  },
);

function of(stores: readonly SharedStore[], place: number): SharedStore {
  const store = stores[place];
  if (store === undefined) throw new Error(`there is no gateway ${place}`);
  return store;
}
