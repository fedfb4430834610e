import { describe, expect, it } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";

describe("a fault inside the gateway", () => {
  it("answers 500, leaves nothing reserved, and serves the next request", async () => {
    const quotas = { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1000 } } };
    const { gateway, url, notices, zai } = await openTestGateway({ quotas });
    const { engine, log } = gateway.deps;
    const append = log.append;
    Object.assign(log, {
      append: () => {
        throw new Error("planted fault");
      },
    });
    const answer = await postMessage(url);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ type: "error", error: { type: "api_error" } });
    expect(notices.join()).toContain("planted fault");
    const marks = { cooldownActive: false, cooldownNextTs: null };
    expect(engine.modelUsage(HAIKU, marks, gateway.deps.clock.wallMs()).reserved_tokens).toBe(0);
    expect(zai.requests).toHaveLength(0);
    Object.assign(log, { append });
    expect((await postMessage(url)).status).toBe(200);
  });
});
