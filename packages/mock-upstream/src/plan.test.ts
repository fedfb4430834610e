import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MockUpstream, startMockUpstream } from "./mock-upstream.ts";
import type { MockOptions } from "./options.ts";
import { pacedReply, planText } from "./plan.ts";
import { scaledClock } from "./scaled-clock.ts";
import { type Called, call, eventData } from "./test-client.ts";

const START = Date.UTC(2026, 10, 21, 12, 0, 0);
const HOUR = 3_600_000;
let now: number;
const running: MockUpstream[] = [];
beforeEach(() => {
  now = START;
});
afterEach(async () => {
  for (const mock of running.splice(0)) await mock.close();
});

async function start(options: MockOptions): Promise<MockUpstream> {
  const mock = await startMockUpstream({ now: () => now, ...options });
  running.push(mock);
  return mock;
}

const outputTokens = { min: 50, max: 50 };

/** 200 bytes, so 50 input tokens, and 50 of output: 100 counted tokens a request. */
const ask = (extra: object = {}): string => {
  const body = { model: "claude-x", messages: [{ role: "user", content: "hi" }], ...extra, pad: "" };
  return JSON.stringify({ ...body, pad: "x".repeat(200 - JSON.stringify(body).length) });
};

const send = (mock: MockUpstream, body = ask(), signal?: AbortSignal): Promise<Called> =>
  call(`${mock.url}/v1/messages`, { body, ...(signal === undefined ? {} : { signal }) });

describe("a plan in the anthropic dialect", () => {
  it("serves until the cap is reached, then refuses until enough has left the window", async () => {
    const mock = await start({ plan: { rolling: { capTokens: 250 }, outputTokens } });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      statuses.push((await send(mock)).status);
      now += HOUR;
    }
    // 300 were used, at 12:00, 13:00 and 14:00; below 250 again when the first 100 leave, at 17:00.
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await send(mock);
    const reset = String(Date.UTC(2026, 10, 21, 17) / 1000);
    expect(refused.headers).toMatchObject({
      "retry-after": "3600",
      "x-should-retry": "true",
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": reset,
      "anthropic-ratelimit-unified-representative-claim": "five_hour",
      "anthropic-ratelimit-unified-5h-status": "rejected",
      "anthropic-ratelimit-unified-5h-reset": reset,
      "anthropic-ratelimit-unified-5h-utilization": "1.20",
      "anthropic-ratelimit-unified-5h-surpassed-threshold": "1.0",
    });
    expect(JSON.parse(refused.text).error.type).toBe("rate_limit_error");
    now = Date.UTC(2026, 10, 21, 17) - 1;
    expect((await send(mock)).status).toBe(429);
    now += 1;
    expect((await send(mock)).status).toBe(200);
  });

  it("tells its shares on served answers, and warns from 0.9 on", async () => {
    const mock = await start({
      plan: { rolling: { capTokens: 108 }, weekly: { capTokens: 1000 }, outputTokens },
    });
    const { headers } = await send(mock);
    expect(headers).toMatchObject({
      "anthropic-ratelimit-unified-status": "allowed_warning",
      "anthropic-ratelimit-unified-5h-status": "allowed_warning",
      "anthropic-ratelimit-unified-5h-utilization": "0.92",
      "anthropic-ratelimit-unified-5h-surpassed-threshold": "0.9",
      "anthropic-ratelimit-unified-5h-reset": String(START / 1000 + 18_000),
      "anthropic-ratelimit-unified-7d-status": "allowed",
      "anthropic-ratelimit-unified-7d-utilization": "0.10",
      "anthropic-ratelimit-unified-7d-reset": String(START / 1000 + 604_800),
      "anthropic-ratelimit-unified-overage-status": "rejected",
    });
  });

  it("names the window that stays shut longest", async () => {
    const mock = await start({
      plan: { rolling: { capTokens: 100 }, weekly: { capTokens: 100 }, outputTokens },
    });
    await send(mock);
    const { headers } = await send(mock);
    expect(headers["retry-after"]).toBe("604800");
    expect(headers["anthropic-ratelimit-unified-7d-status"]).toBe("rejected");
  });

  it("answers the usage endpoint", async () => {
    const mock = await start({ plan: { rolling: { capTokens: 400 }, outputTokens } });
    const read = async (): Promise<unknown> =>
      JSON.parse((await call(`${mock.url}/api/oauth/usage`, { method: "GET" })).text).five_hour;
    expect(await read()).toEqual({ utilization: 0, resets_at: null });
    await send(mock);
    expect(await read()).toEqual({ utilization: 25, resets_at: "2026-11-21T17:00:00.000Z" });
    expect(mock.planUsage()).toEqual([
      { name: "5h", usedTokens: 100, capTokens: 400, spent: false, resetAtMs: START + 5 * HOUR },
    ]);
  });

  it("counts what others use up on the same account", async () => {
    const mock = await start({ plan: { rolling: { capTokens: 400 } } });
    mock.spendPlan(400);
    expect((await send(mock)).status).toBe(429);
  });
});

describe("a plan in the zai dialect", () => {
  it("refuses with 1308 and the reset in UTC+8, without headers about it", async () => {
    const mock = await start({ dialect: "zai", plan: { rolling: { capTokens: 100 }, outputTokens } });
    expect(Object.keys((await send(mock)).headers).filter((name) => name.includes("ratelimit"))).toEqual([]);
    const refused = await send(mock);
    expect(refused.status).toBe(429);
    expect(refused.headers["retry-after"]).toBe(undefined);
    expect(JSON.parse(refused.text)).toEqual({
      type: "error",
      error: {
        type: "rate_limit_error",
        code: "1308",
        message:
          "[1308][Usage limit reached for 5 hour. Your limit will reset at 2026-11-22 01:00:00][2026112120000000000002]",
      },
      request_id: "2026112120000000000002",
    });
  });

  it("refuses with 1310 when the week is spent, and answers the monitor at the root of the host", async () => {
    const plan = { rolling: { capTokens: 1000 }, weekly: { capTokens: 100 }, outputTokens };
    const mock = await start({ dialect: "zai", plan });
    await send(mock);
    expect(JSON.parse((await send(mock)).text).error.message).toContain(
      "[1310][Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-11-28 20:00:00]",
    );
    const root = `http://127.0.0.1:${mock.port}/api/monitor/usage/quota/limit`;
    const monitor = await call(root, { method: "GET" });
    expect(JSON.parse(monitor.text).data.limits).toEqual([
      {
        type: "CREDIT_LIMIT",
        unit: 3,
        number: 5,
        usage: 1000,
        currentValue: 100,
        remaining: 900,
        percentage: 10,
        nextResetTime: START + 5 * HOUR,
      },
      {
        type: "CREDIT_LIMIT",
        unit: 6,
        number: 1,
        usage: 100,
        currentValue: 100,
        remaining: 0,
        percentage: 100,
        nextResetTime: START + 168 * HOUR,
      },
    ]);
  });
});

describe("answers of a plan", () => {
  it("are the same for the same prompt, streamed or not", async () => {
    const mock = await start({ plan: { rolling: { capTokens: 1e6 } } });
    const first = JSON.parse((await send(mock)).text);
    const second = JSON.parse((await send(mock)).text);
    expect(second.content).toEqual(first.content);
    expect(second.usage).toEqual(first.usage);
    expect(first.usage.output_tokens).toBe(first.content[0].text.split(" ").length);
    const streamed = eventData((await send(mock, ask({ stream: true }))).text);
    const text = streamed.map((data) => (data.delta as { text?: string } | undefined)?.text ?? "").join("");
    expect(text).toBe(first.content[0].text);
    expect(streamed.at(-2)?.usage).toEqual({ output_tokens: first.usage.output_tokens });
  });

  it("stop at max_tokens", async () => {
    const mock = await start({ plan: { rolling: { capTokens: 1e6 }, outputTokens } });
    expect(JSON.parse((await send(mock, ask({ max_tokens: 1 }))).text)).toMatchObject({
      content: [{ type: "text", text: "anthropic:" }],
      stop_reason: "max_tokens",
      usage: { output_tokens: 1 },
    });
  });

  it("fill the prompt cache on the first turn and read it later, at a tenth", async () => {
    const mock = await start({ plan: { rolling: { capTokens: 1e6 }, outputTokens } });
    const turn = { role: "user", content: "hi" };
    const body = (messages: object[]): string =>
      JSON.stringify({ model: "m", system: "s".repeat(8000 - 2), messages });
    const usage = async (messages: object[]): Promise<unknown> =>
      JSON.parse((await send(mock, body(messages))).text).usage;
    expect(await usage([turn])).toMatchObject({
      input_tokens: 8,
      cache_creation_input_tokens: 2009,
      cache_read_input_tokens: 0,
    });
    expect(mock.planUsage()[0]?.usedTokens).toBe(8 + 2009 + 50);
    expect(await usage([turn, { role: "assistant", content: "yo" }, turn])).toMatchObject({
      input_tokens: 8,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 2026,
    });
    expect(mock.planUsage()[0]?.usedTokens).toBeCloseTo(8 + 2009 + 50 + 8 + 202.6 + 50, 6);
  });

  it("cost only what was written when the client leaves", async () => {
    const pacing = { ttftMs: 3_600_000 };
    const mock = await start({ plan: { rolling: { capTokens: 1e6 }, outputTokens, pacing } });
    const leave = new AbortController();
    const gone = send(mock, ask({ stream: true }), leave.signal);
    const request = await mock.request(1);
    expect(mock.planUsage()[0]?.usedTokens).toBe(100);
    leave.abort();
    await gone;
    await request.ended;
    expect(mock.planUsage()[0]?.usedTokens).toBe(50);
  });
});

describe("pacedReply", () => {
  it("spreads a stream over the time the tokens take, in steps of 40 ms or more", () => {
    const paced = (tokens: number, tokensPerSec: number): unknown =>
      pacedReply({}, tokens, true, { ttftMs: 300, tokensPerSec }).answer;
    expect(paced(200, 1000)).toEqual({ kind: "reply", reply: { ttftMs: 300, chunks: 5, delayMs: 40 } });
    expect(paced(100, 40)).toEqual({ kind: "reply", reply: { ttftMs: 300, chunks: 62, delayMs: 2500 / 62 } });
    expect(paced(1, 1000)).toEqual({ kind: "reply", reply: { ttftMs: 300, chunks: 1, delayMs: 1 } });
  });

  it("holds a JSON answer back until it is finished", () => {
    expect(pacedReply({}, 200, false, { ttftMs: 300, tokensPerSec: 100 }).delivery).toEqual({
      headerDelayMs: 2300,
    });
  });

  it("is instant when nothing is asked for", () => {
    expect(pacedReply({}, 200, true, {}).answer).toEqual({
      kind: "reply",
      reply: { ttftMs: 0, chunks: 24, delayMs: 0 },
    });
  });
});

describe("planText", () => {
  it("has as many words as tokens", () => {
    expect(planText("p", "glm", 1)).toBe("glm:");
    expect(planText("p", "glm", 0)).toBe("glm:");
    expect(planText("p", "glm", 40).split(" ")).toHaveLength(40);
    expect(planText("q", "glm", 40)).not.toBe(planText("p", "glm", 40));
  });
});

describe("scaledClock", () => {
  it("starts where told and runs ahead, never back", () => {
    const clock = scaledClock(1e6, 5000);
    const first = clock();
    expect(first).toBeGreaterThanOrEqual(5000);
    expect(clock()).toBeGreaterThan(first);
    expect(() => scaledClock(0)).toThrow(RangeError);
  });
});
