import { connect } from "node:net";
import {
  chunkBytes,
  closeDelimited,
  cutAfterEvents,
  fixture,
  reply,
  resetBeforeHeaders,
  stallAfterEvents,
} from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { messageBody, OPUS, parseSse, postMessage } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";

describe("streams", () => {
  it("are told from their answer where the request says so out of sight", async () => {
    const { url, anthropic, completions } = await openTestGateway();
    anthropic.script(reply());
    const filler = [{ role: "user", content: "x".repeat(9000) }];
    const body = JSON.stringify({ model: OPUS, tools: [], stream: true, messages: filler });
    const answer = await fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer x" },
      body,
    });
    expect(await answer.text()).toContain("event: message_stop");
    expect(completions()).toMatchObject([{ op: "stream", status: 200 }]);
  });

  it("arrive byte for byte, however they are cut on the way", async () => {
    const { url, anthropic } = await openTestGateway();
    const texts: string[] = [];
    for (const size of [1, 7, 64, 100_000]) {
      anthropic.script(chunkBytes(size, fixture("anthropic/stream-cumulative-delta.sse")));
      texts.push(await (await postMessage(url, { model: OPUS, stream: true })).text());
    }
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('"cache_read_input_tokens": 51200');
  });

  it("count what the last cumulative numbers say", async () => {
    const { url, anthropic, completions } = await openTestGateway();
    anthropic.script(chunkBytes(3, fixture("anthropic/stream-cumulative-delta.sse")));
    await (await postMessage(url, { model: OPUS, stream: true })).text();
    expect(completions().at(-1)).toMatchObject({
      input_tokens: 2680,
      output_tokens: 310,
      cache_creation_tokens: 1800,
      cache_read_tokens: 51_200,
      usage_source: "body",
    });
  });

  it.each([
    ["closed", "fin"],
    ["reset", "rst"],
  ] as const)("that are %s early end with an error event and a broken connection", async (_name, how) => {
    const { url, anthropic, completions } = await openTestGateway();
    anthropic.script(cutAfterEvents(3, how, reply({ text: "one two three" })));
    const answer = await postMessage(url, { model: OPUS, stream: true });
    const seen = await readUntilBroken(answer);
    expect(seen.broken).toBe(true);
    expect(parseSse(seen.text).at(-1)?.event).toBe("error");
    await expect.poll(() => completions().length).toBe(1);
    expect(completions()[0]).toMatchObject({ reason: "truncated", status: 200, usage_source: "estimate" });
  });

  it("without a frame end are recognised by their missing last event", async () => {
    const { url, anthropic } = await openTestGateway();
    anthropic.script(closeDelimited(cutAfterEvents(3, "fin", reply({ text: "one two three" }))));
    const seen = await readUntilBroken(await postMessage(url, { model: OPUS, stream: true }));
    expect(parseSse(seen.text).at(-1)?.event).toBe("error");
    expect(seen.broken).toBe(true);
  });

  it("that stall are ended after the idle limit", async () => {
    const { url, anthropic, completions } = await openTestGateway({ settings: { sseIdleTimeoutMs: 100 } });
    anthropic.script(stallAfterEvents(3, reply({ text: "one two three" })));
    const seen = await readUntilBroken(await postMessage(url, { model: OPUS, stream: true }));
    expect(parseSse(seen.text).at(-1)?.event).toBe("error");
    await expect.poll(() => completions()[0]?.reason).toBe("stream_timeout");
    expect(completions()[0]?.err_type).toBe("idle_timeout");
  });

  it("are passed on after a wait when no event comes", async () => {
    const { url, anthropic } = await openTestGateway({ settings: { sseIdleTimeoutMs: 3_000 } });
    anthropic.script(stallAfterEvents(0));
    const answer = await postMessage(url, { model: OPUS, stream: true });
    expect(answer.status).toBe(200);
    await readUntilBroken(answer);
  });
});

describe("a client that leaves", () => {
  it.each([
    ["before the head", stallAfterEvents(0)],
    ["in the middle of a stream", stallAfterEvents(4, reply({ text: "one two three four" }))],
  ])("%s ends the upstream call", async (_name, step) => {
    const { url, anthropic, completions } = await openTestGateway();
    anthropic.script(step);
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const body = messageBody({ model: OPUS, stream: true });
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    const request = await anthropic.request(1);
    socket.destroy();
    await expect.poll(() => request.aborted, { interval: 2 }).toBe(true);
    await expect.poll(() => completions().length).toBe(1);
    expect(completions()[0]).toMatchObject({ status: 499, reason: "client_closed" });
  });

  it("is settled before the gateway has ended, however many left at once", async () => {
    const { url, anthropic, completions, gateway } = await openTestGateway();
    const step = stallAfterEvents(4, reply({ text: "one two three four" }));
    anthropic.script(...Array.from({ length: 30 }, () => step));
    const leaving = new AbortController();
    const { signal } = leaving;
    const asked = Array.from({ length: 30 }, () => postMessage(url, { model: OPUS, stream: true, signal }));
    await Promise.all(asked);
    leaving.abort();
    let waiting = 1_000;
    for (let left = waiting; left > 0; left -= 1) gateway.deps.backlog.add(() => (waiting -= 1));
    await gateway.close();
    expect([waiting, completions().length]).toEqual([0, 30]);
  });
});

describe("connections", () => {
  it("are tried anew when a kept one was closed under the request", async () => {
    const { url, anthropic, completions } = await openTestGateway();
    await (await postMessage(url, { model: OPUS })).text();
    anthropic.script(resetBeforeHeaders());
    const answer = await postMessage(url, { model: OPUS });
    expect(answer.headers.get("x-ccp-lane")).toBe("anthropic");
    expect(answer.status).toBe(200);
    await answer.text();
    expect(completions().at(-1)).toMatchObject({ lane: "anthropic", attempt: 1, retry: true });
  });
});

async function readUntilBroken(answer: Response): Promise<{ text: string; broken: boolean }> {
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}
