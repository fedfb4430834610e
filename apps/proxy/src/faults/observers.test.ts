import { createHash } from "node:crypto";
import { reply } from "@ccp/mock-upstream";
import type { StreamReader, TokenExtractor } from "@ccp/token-extractors";
import { encodeEvent } from "@ccp/usage-store";
import { describe, expect, it } from "vitest";
import { messageBody, OPUS, parseSse, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGateway } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";

/** Puts another reader of tokens into a lane, as a faulty release of one would. */
function plant({ gateway }: TestGateway, lane: string, faulty: Partial<TokenExtractor>): void {
  const runtime = gateway.deps.lanes.get(lane);
  if (runtime === undefined) throw new Error(`no lane ${lane}`);
  Object.assign(runtime, { extractor: { ...runtime.extractor, ...faulty } });
}

function fault(): never {
  throw new Error("planted fault");
}

describe("a reader of tokens that fails", () => {
  const broken = (part: Partial<StreamReader>, { openStream }: TokenExtractor): StreamReader => {
    const reader = openStream();
    const { terminal, usage, progress, pings } = reader;
    return {
      push: (text) => reader.push(text),
      end: () => reader.end(),
      usage,
      terminal,
      progress,
      pings,
      ...part,
    };
  };

  it.each<[string, Partial<StreamReader>]>([
    ["on a chunk", { push: fault }],
    ["at the end", { end: fault }],
  ])("leaves the stream as it is: %s", async (_name, part) => {
    const opened = await openTestGateway();
    const real = opened.gateway.deps.lanes.get("anthropic")?.extractor;
    if (real === undefined) throw new Error("no lane");
    plant(opened, "anthropic", { openStream: () => broken(part, real) });
    opened.anthropic.script(reply({ text: "one two three" }));
    const answer = await postMessage(opened.url, { model: OPUS, stream: true });
    const events = parseSse(await answer.text());
    expect(events.at(-1)?.event).toBe("message_stop");
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ status: 200, usage_source: "estimate" }]);
  });

  it("leaves an answer in one piece as it is", async () => {
    const opened = await openTestGateway();
    plant(opened, "anthropic", { readJson: fault });
    const answer = await postMessage(opened.url, { model: OPUS });
    expect(await answer.json()).toMatchObject({ type: "message" });
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ status: 200, usage_source: "estimate" }]);
  });

  it.each<[string, Partial<StreamReader>]>([
    ["on a chunk", { push: fault }],
    ["at the end", { end: fault }],
  ])("leaves nothing reserved and the next request served: %s", async (_name, part) => {
    const opened = await openTestGateway();
    const real = opened.gateway.deps.lanes.get("anthropic")?.extractor;
    if (real === undefined) throw new Error("no lane");
    plant(opened, "anthropic", { openStream: () => broken(part, real) });
    await postMessage(opened.url, { model: OPUS, stream: true, signal: AbortSignal.timeout(1_000) })
      .then((answer) => answer.text())
      .catch(() => "broken");
    plant(opened, "anthropic", real);
    const answer = await postMessage(opened.url, { model: OPUS, stream: true });
    expect(await answer.text()).toContain("message_stop");
    await expectSettled(opened);
  });
});

describe("names that a client makes up", () => {
  it("never break a line of the log", async () => {
    const opened = await openTestGateway();
    const names = [
      'x","op":"forged',
      "a\u2028b",
      "\u001b[2J",
      'line {"op":1}',
      "%0a",
      "ünïcode 🙂",
      "__proto__",
      "constructor",
    ];
    for (const model of names) await (await postMessage(opened.url, { model })).text();
    expect(opened.events.length).toBeGreaterThanOrEqual(names.length);
    for (const event of opened.events) {
      const line = encodeEvent(event);
      expect(line.slice(0, -1)).not.toMatch(/[\n\r]/);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(event)));
      expect(event.op).toBe("nonstream");
    }
    expect(({} as Record<string, unknown>).op).toBeUndefined();
    await expectSettled(opened);
  });

  it("add no series to the metrics and no end of models to the usage view", async () => {
    const opened = await openTestGateway();
    const series = async (): Promise<number> =>
      (await (await fetch(`${opened.url}/metrics`)).text())
        .split("\n")
        .filter((line) => line.startsWith("ccp_")).length;
    await (await postMessage(opened.url, { model: "made-up-0" })).text();
    await (await postMessage(opened.url, { model: "made-up-0", stream: true })).text();
    const before = await series();
    for (let at = 1; at < 600; at += 50) {
      const answers = Array.from({ length: 50 }, (_, index) =>
        postMessage(opened.url, { model: `made-up-${at + index}` }),
      );
      await Promise.all(answers.map(async (answer) => (await answer).text()));
    }
    expect(await series()).toBe(before);
    const view = (await (await fetch(`${opened.url}/v1/usage`)).json()) as {
      models: Record<string, unknown>;
    };
    expect(Object.keys(view.models).length).toBeLessThanOrEqual(201);
    await expectSettled(opened);
  });
});

describe("a dry run", () => {
  it("changes nothing that decides, however often it is asked", async () => {
    const quotas = { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 10_000 } } };
    const opened = await openTestGateway({ quotas });
    await (await postMessage(opened.url)).text();
    const { engine, book } = opened.gateway.deps;
    const state = (): string =>
      createHash("sha256")
        .update(JSON.stringify([engine.snapshot(), book.snapshot(), opened.events.length]))
        .digest("hex");
    const before = state();
    for (let asked = 0; asked < 500; asked += 50) {
      const calls = Array.from({ length: 50 }, (_, index) =>
        fetch(`${opened.url}/v1/decisions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            model: index % 2 ? OPUS : "claude-haiku-4-5-20251001",
            input_tokens: index * 997,
          }),
        }),
      );
      for (const answer of await Promise.all(calls)) expect(answer.status).toBe(202);
    }
    expect(state()).toBe(before);
    expect(messageBody().length).toBeGreaterThan(0);
  });
});
