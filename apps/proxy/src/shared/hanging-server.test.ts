import { reply } from "@ccp/mock-upstream";
import { describe, expect, it, onTestFinished } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGateway } from "../testing/open-test-gateway.ts";
import { NO_REDIS, REDIS_SERVER, startRedis } from "../testing/start-redis.ts";
import { sharedOverRedis } from "./open-shared.ts";

const USAGE = { inputTokens: 600, outputTokens: 400, cacheReadTokens: 0, cacheCreationTokens: 0 };
const QUOTAS = { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1_000_000 } } };

async function ask({ url }: TestGateway): Promise<number> {
  const answer = await postMessage(url, { model: HAIKU });
  await answer.text();
  return answer.status;
}

describe.skipIf(REDIS_SERVER === null)(
  `a real server that hangs${REDIS_SERVER === null ? `: ${NO_REDIS}` : ""}`,
  () => {
    it("fails no request, and is told of all of them when it goes on", async () => {
      const redis = await startRedis(REDIS_SERVER ?? "", "secret");
      onTestFinished(() => redis.stop());
      const settings = { url: redis.url, plan: "hang", capMs: 50 };
      const gateway = await openTestGateway({
        quotas: QUOTAS,
        zai: { respond: () => reply({ usage: USAGE }) },
        openShared: sharedOverRedis(settings, null),
      });
      const { shared } = gateway.gateway.deps;
      await expect.poll(() => shared?.status().state, { timeout: 10_000 }).toBe("on");
      redis.pause();
      for (let n = 0; n < 10; n += 1) expect(await ask(gateway)).toBe(200);
      expect(shared?.status()).toMatchObject({ granted: 0, alone: 10 });
      redis.resume();
      await expect.poll(() => shared?.status().state, { timeout: 20_000 }).toBe("on");
      const other = await openTestGateway({ quotas: QUOTAS, openShared: sharedOverRedis(settings, null) });
      const used = async (): Promise<number | undefined> => {
        const view = (await (await fetch(`${other.url}/v1/usage`)).json()) as {
          models: Record<string, { rolling_used_tokens: number }>;
        };
        return view.models["claude-haiku-4.5"]?.rolling_used_tokens;
      };
      await expect.poll(used, { timeout: 20_000 }).toBe(10_000);
    });
  },
);
