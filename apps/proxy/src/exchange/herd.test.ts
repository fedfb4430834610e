import { reply, slowHeaders, status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGateway } from "../testing/open-test-gateway.ts";

const CAP = 100_000;
const QUOTAS = { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: CAP } } };
const USAGE = { inputTokens: 600, outputTokens: 400, cacheReadTokens: 0, cacheCreationTokens: 0 };

async function modelUsage({ url }: TestGateway) {
  const view = (await (await fetch(`${url}/v1/usage`)).json()) as {
    models: Record<string, { rolling_used_tokens: number; reserved_tokens: number }>;
  };
  return view.models["claude-haiku-4.5"];
}

async function simulate({ url }: TestGateway, tokens: number): Promise<void> {
  await fetch(`${url}/v1/dev/sim-usage`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: HAIKU, in: tokens, out: 0 }),
  });
}

describe.each(["preemptive", "hybrid"] as const)("a herd near the cap, mode %s", (rerouteMode) => {
  it("of 50 at 97 % passes the cap by at most one request's estimate error, and leaves nothing reserved", async () => {
    const opened = await openTestGateway({
      quotas: QUOTAS,
      settings: { rerouteMode, devEnable: true },
      zai: { respond: () => slowHeaders(50, reply({ usage: USAGE })) },
    });
    // What one request takes is learned first, as it would have been on the way to 97 %.
    for (let i = 0; i < 10; i += 1) await (await postMessage(opened.url)).text();
    await simulate(opened, CAP * 0.97 - 10 * 1000);
    const answers = await Promise.all(Array.from({ length: 50 }, () => postMessage(opened.url)));
    await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    const after = await modelUsage(opened);
    expect(after?.reserved_tokens).toBe(0);
    expect(after?.rolling_used_tokens).toBeLessThanOrEqual(CAP + 1000);
    const onZai = answers.filter((answer) => answer.headers.get("x-ccp-lane") === "zai").length;
    expect(onZai).toBeGreaterThanOrEqual(1);
    expect(onZai).toBeLessThanOrEqual(4);
  });
});

describe.each(["run2cap", "hybrid"] as const)(
  "a lane that refused and named no reset, mode %s",
  (rerouteMode) => {
    it("is asked once after its cooldown by 50 at once, and not before", async () => {
      const { url, zai, clock } = await openTestGateway({ settings: { rerouteMode } });
      const refusal = status(429, { error: { code: "1308", message: "[1308][limit]" } });
      const herd = async (): Promise<number> => {
        const before = zai.requests.length;
        const answers = await Promise.all(Array.from({ length: 50 }, () => postMessage(url)));
        await Promise.all(answers.map((answer) => answer.text()));
        expect(answers.every((answer) => answer.status === 200)).toBe(true);
        return zai.requests.length - before;
      };
      zai.script(refusal);
      await (await postMessage(url)).text();
      expect(await herd()).toBe(0);
      clock.advance(300_000);
      zai.script(slowHeaders(200, refusal));
      expect(await herd()).toBe(1);
      // The second cooldown is the longer one where the lane is asked whatever was counted.
      clock.advance(rerouteMode === "run2cap" ? 599_000 : 299_000);
      expect(await herd()).toBe(0);
      clock.advance(1000);
      zai.script(slowHeaders(200, reply()));
      expect(await herd()).toBe(1);
      expect(await herd()).toBe(50);
    });
  },
);

describe("reservations", () => {
  it("return to 0 however exchanges end", async () => {
    const opened = await openTestGateway({ quotas: QUOTAS });
    const { url, zai, clock, completions } = opened;
    zai.script(
      status(429, { error: { code: "1302", message: "[1302][too fast]" } }),
      status(500, {}),
      status(400, { type: "error", error: { type: "invalid_request_error", message: "no" } }),
      slowHeaders(10_000),
    );
    for (let i = 0; i < 3; i += 1) {
      await (await postMessage(url)).text();
      // Beyond the pause that a throttled lane gets.
      clock.advance(60_000);
    }
    const leaver = new AbortController();
    const left = postMessage(url, { signal: leaver.signal }).catch(() => null);
    await expect.poll(async () => (await modelUsage(opened))?.reserved_tokens).toBeGreaterThan(0);
    leaver.abort();
    await left;
    await expect.poll(() => completions().length).toBe(4);
    expect((await modelUsage(opened))?.reserved_tokens).toBe(0);
  });

  it("a cooldown that ends is proved by one request while the others stay away", async () => {
    const opened = await openTestGateway({ quotas: QUOTAS });
    const { url, zai, clock, decisions } = opened;
    zai.script(status(429, { error: { code: "1308", message: "[1308][limit]" } }));
    await (await postMessage(url)).text();
    clock.advance(301_000);
    zai.script(slowHeaders(1_500));
    const answers = await Promise.all(Array.from({ length: 20 }, () => postMessage(url)));
    await Promise.all(answers.map((answer) => answer.text()));
    const lanes = answers.map((answer) => answer.headers.get("x-ccp-lane"));
    expect(lanes.filter((lane) => lane === "zai")).toHaveLength(1);
    const words = decisions()
      .slice(2)
      .map((decision) => decision.reroute_decision);
    expect(new Set(words)).toEqual(new Set(["quota_probe", "quota_cooldown"]));
    await (await postMessage(url)).text();
    expect(decisions().at(-1)).toMatchObject({ lane: "zai", reroute_decision: "quota_pass" });
  });
});
