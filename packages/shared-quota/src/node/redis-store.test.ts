import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { NO_REDIS, REDIS_SERVER, startRedis, type TestRedis } from "../../test/redis-server.ts";
import { describeSharedStore, T0 } from "../../test/store-contract.ts";
import { openRedisStore } from "./redis-store.ts";

describe.skipIf(REDIS_SERVER === null)(
  `with a real server${REDIS_SERVER === null ? `: ${NO_REDIS}` : ""}`,
  () => {
    let redis: TestRedis;
    let plans = 0;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.close());

    describeSharedStore("the store in Redis", async () => {
      plans += 1;
      const plan = `plan-${plans}`;
      let nowMs = T0;
      return {
        open: async (identity) => {
          const store = await openRedisStore({
            url: redis.url,
            plan,
            identity,
            onGone: () => {},
            clock: () => nowMs,
          });
          onTestFinished(() => store.close());
          return store;
        },
        advance: (ms) => {
          nowMs += ms;
        },
        now: () => nowMs,
        lose: () => forget(redis.url),
      };
    });
  },
);

async function forget(url: string): Promise<void> {
  const { createClient } = await import("@redis/client");
  const client = createClient({ url });
  await client.connect();
  await client.flushAll();
  client.destroy();
}
