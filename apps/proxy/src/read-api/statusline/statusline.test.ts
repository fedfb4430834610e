import { reply, status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, postMessage } from "../../testing/messages.ts";
import { openTestGateway } from "../../testing/open-test-gateway.ts";

/** As curl sends it. */
async function line(url: string, body: unknown, query = "?no_color=1"): Promise<string> {
  const answer = await fetch(`${url}/v1/statusline${query}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return answer.text();
}

const OPUS = { id: "claude-opus-5-5", display_name: "Opus 5.5" };

describe("POST /v1/statusline", () => {
  it("tells where the model goes, before anything was seen", async () => {
    const { url } = await openTestGateway();
    expect(await line(url, {})).toBe("ccp  no usage seen yet");
    expect(await line(url, { model: OPUS })).toBe("ccp  Opus 5.5  → anthropic  no usage seen yet");
  });

  it("gives back the plan's windows that Claude Code told, and takes them in", async () => {
    const { url, clock } = await openTestGateway();
    const resets_at = clock.wallMs() / 1000 + 3600;
    const rate_limits = {
      five_hour: { used_percentage: 42, resets_at },
      seven_day: { used_percentage: 81, resets_at: resets_at + 86_400 },
    };
    const context_window = { used_percentage: 34.2, context_window_size: 200_000 };
    expect(await line(url, { model: OPUS, rate_limits, context_window })).toBe(
      "ccp  Opus 5.5  → anthropic  5h ██▌··· 42% (1h00m)  7d 81% warn (1d1h)  ctx 34%",
    );
    const view = (await (await fetch(`${url}/v1/usage`)).json()) as {
      lanes: Record<string, { windows: { source: string; used_pct: number }[] }>;
    };
    expect(view.lanes.anthropic?.windows[0]).toMatchObject({ source: "statusline", used_pct: 0.42 });
    // The next session has not been told anything: it gets the windows from the gateway.
    expect(await line(url, { model: OPUS, rate_limits: null })).toContain("5h ██▌··· 42% (1h00m)");
  });

  it("tells of a lane that stands in, and why", async () => {
    const { url, zai } = await openTestGateway({
      quotas: { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1000 } } },
    });
    zai.script(reply({ usage: { inputTokens: 900, outputTokens: 300 } }));
    await (await postMessage(url, { model: HAIKU })).text();
    expect(await line(url, { model: { id: HAIKU } })).toMatch(
      /^ccp {2}claude-haiku-4-5\S* {2}→ anthropic {2}not zai: at its cap {2}zai 5h 120% BLOCK$/,
    );
  });

  it("says when every lane is spent", async () => {
    const { url, zai } = await openTestGateway();
    zai.script(status(429, { error: { code: "1308", message: "Usage limit reached for 5 hour." } }));
    const mark = (lane: string) =>
      fetch(`${url}/v1/quotas/mark-429`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "claude-opus-5-5", lane, retry_after_sec: 600 }),
      });
    expect([(await mark("anthropic")).status, (await mark("zai")).status]).toEqual([204, 204]);
    expect(await line(url, { model: OPUS })).toContain("BLOCK every lane is spent, back in 10m");
  });

  it("shows a lane that cools down as cooling, however little of it is used", async () => {
    const { url } = await openTestGateway({
      quotas: { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1_000_000 } } },
    });
    await (await postMessage(url, { model: HAIKU })).text();
    expect(await line(url, { model: { id: HAIKU } })).not.toContain("cool");
    const marked = await fetch(`${url}/v1/quotas/mark-429`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: HAIKU, lane: "zai", retry_after_sec: 17_400 }),
    });
    expect(marked.status).toBe(204);
    expect(await line(url, { model: { id: HAIKU } })).toMatch(
      / → anthropic {2}not zai: cools .*zai 5h .*% cool 4h50m$/,
    );
  });

  it("keeps to the width that is asked for, in 16 colours unless told otherwise", async () => {
    const { url } = await openTestGateway();
    expect((await line(url, { model: OPUS }, "?columns=20&no_color=1")).length).toBeLessThanOrEqual(20);
    expect(await line(url, { model: OPUS }, "?columns=&no_color=")).toContain("\u001b[1mOpus 5.5\u001b[22m");
    expect(await line(url, { model: OPUS }, "?columns=wide&no_color=1")).toContain("no usage seen yet");
  });

  it("lets no control character of a model's name through", async () => {
    const { url } = await openTestGateway();
    const text = await line(url, { model: { id: "x", display_name: "a\u001b]0;t\u0007b\nc" } });
    expect(text).toBe("ccp  a]0;tbc  → anthropic  no usage seen yet");
  });

  it("asks a caller for JSON, whatever it is called", async () => {
    const { url } = await openTestGateway();
    const answer = await fetch(`${url}/v1/statusline`, { method: "POST", body: "columns=80" });
    expect(answer.status).toBe(400);
  });
});
