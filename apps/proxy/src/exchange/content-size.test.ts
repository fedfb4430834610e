import { status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { expectSettled } from "../faults/expect-settled.ts";
import { HAIKU, OPUS } from "../testing/messages.ts";
import { CANARY, openTestGateway, type TestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const LIMIT = status(429, { type: "error", error: { type: "rate_limit_error", message: "the limit" } });
const TOKENS_SAID = { input_tokens: 10, output_tokens: 5 };

function answering(usage: unknown, text = "ok"): ReturnType<typeof status> {
  const content = [{ type: "text", text }];
  return status(200, {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content,
    stop_reason: "end_turn",
    usage,
  });
}

function post(url: string, content: unknown, model = OPUS, more: object = {}): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${CANARY.client}` },
    body: JSON.stringify({ model, messages: [{ role: "user", content }], max_tokens: 1024, ...more }),
  });
}

async function dryRun(
  url: string,
  request: object,
): Promise<{ predicted_tokens: number; lane: string | null }> {
  const answer = await fetch(`${url}/v1/decisions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  return ((await answer.json()) as { would: { predicted_tokens: number; lane: string | null } }).would;
}

/** A PNG of 1920 × 1080 in base64, as Claude Code sends a screenshot that it has read. */
const SCREENSHOT = "iVBORw0KGgoAAAANSUhEUgAAB4AAAAQ4CAYAAADo08FD".padEnd(800_000, "A");
const screenshot = {
  type: "tool_result",
  tool_use_id: "toolu_1",
  content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: SCREENSHOT } }],
};

async function inputOf(opened: TestGateway): Promise<number | null | undefined> {
  await expectSettled(opened);
  return opened.completions().at(-1)?.input_tokens;
}

describe("pictures", () => {
  it("do not make a fallback too small that has room for them (openai/codex#12104)", async () => {
    const { url, anthropic, decisions } = await openTestGateway();
    anthropic.script(LIMIT);
    const answer = await post(url, [screenshot, screenshot, screenshot]);
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
    expect(decisions()[0]?.predicted_tokens).toBeLessThan(10_000);
  });

  it("teach nothing of what text takes", async () => {
    const { url, anthropic, decisions } = await openTestGateway();
    for (let i = 0; i < 4; i += 1) {
      anthropic.script(answering({ input_tokens: 1660, output_tokens: 5 }));
      await (await post(url, [screenshot])).text();
    }
    await (await post(url, "x".repeat(40_000))).text();
    expect(decisions().at(-1)?.predicted_tokens).toBeGreaterThan(9_000);
  });

  it("are estimated as pictures where an answer tells nothing (diegosouzapw/OmniRoute#8368)", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(answering(undefined));
    await (await post(opened.url, [screenshot, { type: "text", text: "x".repeat(4000) }])).text();
    expect(await inputOf(opened)).toBeGreaterThan(3500);
    expect(await inputOf(opened)).toBeLessThan(4000);
    expect(opened.completions().at(-1)).toMatchObject({ usage_source: "estimate" });
  });
});

describe("an answer that cannot be", () => {
  it("shuts no lane for the requests that follow, after a restart neither", async () => {
    const first = await openTestGateway();
    const file = [{ type: "document", source: { type: "file", file_id: "file_011CNha8iCJcU1wXNR6q4V8w" } }];
    first.zai.script(answering({ input_tokens: 150_000, output_tokens: 5 }));
    await (await post(first.url, file, HAIKU)).text();
    first.zai.script(answering({ input_tokens: 150_000, output_tokens: 5 }));
    await (await post(first.url, "hi", HAIKU)).text();
    const saved = JSON.parse(JSON.stringify(first.gateway.deps.engine.snapshot()));
    const second = await openTestGateway();
    expect(second.gateway.deps.engine.restore(saved, second.clock.wallMs())).toMatchObject({
      restored: true,
    });
    for (const { url } of [first, second]) {
      const answer = await post(url, "x".repeat(40_000), HAIKU);
      expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
      await answer.text();
    }
    expect(second.decisions().at(-1)?.predicted_tokens).toBeLessThan(200_000);
  });
});

describe("a lane that may be too small", () => {
  const small = (urls: { anthropic: string; zai: string }) =>
    testCatalog(urls).replace("context_tokens: 200000", "context_tokens: 1500");
  // 8,000 bytes are 2,000 tokens as far as anybody knows, and perhaps 1,000.
  const prompt = "x".repeat(8000);

  it("is asked before an answer is a limit", async () => {
    const { url, anthropic } = await openTestGateway({ catalog: small });
    anthropic.script(LIMIT);
    const answer = await post(url, prompt);
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
  });

  it("is left for one that surely can hold it, though it is preferred", async () => {
    const { url, decisions } = await openTestGateway({ catalog: small });
    const answer = await post(url, prompt, HAIKU);
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "anthropic"]);
    expect(decisions()).toMatchObject([{ reroute_decision: "fallback" }]);
  });

  it("is asked though it is preferred, where the other one is spent", async () => {
    const { url, anthropic } = await openTestGateway({ catalog: small });
    anthropic.script(LIMIT);
    const answer = await post(url, prompt, HAIKU);
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
  });
});

describe("a dry run", () => {
  it("believes the input it is told, whatever a byte was learned to take", async () => {
    const { url, zai } = await openTestGateway();
    for (let i = 0; i < 3; i += 1) {
      zai.script(answering({ input_tokens: 100, cache_read_input_tokens: 900, output_tokens: 7 }));
      await (await post(url, "x".repeat(1000), HAIKU)).text();
    }
    expect(await dryRun(url, { model: HAIKU, input_tokens: 54_321, max_tokens: 1000 })).toMatchObject({
      predicted_tokens: 54_321 + 7,
    });
    expect(await dryRun(url, { model: HAIKU, input_tokens: 0, max_tokens: 0 })).toMatchObject({
      predicted_tokens: 0,
    });
  });

  it("passes a lane over by that number exactly", async () => {
    const { url } = await openTestGateway();
    expect((await dryRun(url, { model: HAIKU, input_tokens: 200_000 })).lane).toBe("zai");
    expect((await dryRun(url, { model: HAIKU, input_tokens: 200_001 })).lane).toBe("anthropic");
  });
});

describe("an answer that tells less than all", () => {
  const told: [what: string, usage: unknown, input: number, output: number][] = [
    ["nothing", undefined, 2000, 1024],
    ["null", null, 2000, 1024],
    ["zeros", { input_tokens: 0, output_tokens: 0 }, 2000, 1024],
    ["output alone", { output_tokens: 5 }, 2000, 1024],
    ["input alone", { input_tokens: 10 }, 10, 1024],
    ["a negative input", { input_tokens: -5, output_tokens: 5 }, 2000, 1024],
    ["an input beyond all measure", { input_tokens: 1e15, output_tokens: 5 }, 2000, 1024],
    ["a fraction", { input_tokens: 1.5, output_tokens: 5 }, 2000, 1024],
    ["words for numbers", { input_tokens: "12", output_tokens: "5" }, 2000, 1024],
    [
      "a bad number beside a cached part",
      { input_tokens: -5, output_tokens: 5, cache_read_input_tokens: 500 },
      1500,
      1024,
    ],
  ];

  it.each(told)("is estimated, and marked so: %s", async (_what, usage, input, output) => {
    const opened = await openTestGateway();
    // The answer is longer than the request allows: no estimate exceeds that.
    opened.anthropic.script(answering(usage, "word ".repeat(4000)));
    await (await post(opened.url, "x".repeat(7895))).text();
    await expectSettled(opened);
    expect(opened.completions().at(-1)).toMatchObject({ usage_source: "estimate", output_tokens: output });
    expect(Math.abs((opened.completions().at(-1)?.input_tokens ?? 0) - input)).toBeLessThan(30);
  });

  it("counts a JSON answer of 4,000 bytes as 1,000 tokens, not as a stream's few", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(answering(undefined, "x".repeat(3860)));
    await (await post(opened.url, "hi")).text();
    await expectSettled(opened);
    expect(opened.completions().at(-1)?.output_tokens).toBeGreaterThan(950);
    expect(opened.completions().at(-1)?.output_tokens).toBeLessThan(1024);
  });

  it("counts what compactions and the advisor took beside the totals", async () => {
    const opened = await openTestGateway();
    const iterations = [
      { type: "compaction", input_tokens: 180_000, output_tokens: 3500 },
      { type: "message", input_tokens: 23_000, output_tokens: 1000 },
    ];
    opened.anthropic.script(answering({ input_tokens: 23_000, output_tokens: 1000, iterations }));
    await (await post(opened.url, "hi")).text();
    await expectSettled(opened);
    expect(opened.completions().at(-1)).toMatchObject({
      usage_source: "body",
      input_tokens: 203_000,
      output_tokens: 4500,
    });
  });

  it("is believed where it tells all", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(answering(TOKENS_SAID));
    await (await post(opened.url, "hi")).text();
    await expectSettled(opened);
    expect(opened.completions().at(-1)).toMatchObject({ usage_source: "body", ...TOKENS_SAID });
  });
});
