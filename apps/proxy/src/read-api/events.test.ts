import { connect } from "node:net";
import { type LiveEvent, parseLiveEvent } from "@ccp/usage-contract";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { describe, expect, it, onTestFinished } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { openTestGateway, TEST_NOW_MS } from "../testing/open-test-gateway.ts";

/** Reads live events with a reader that is not ours. */
async function listen(url: string, lastEventId?: string): Promise<EventSourceMessage[]> {
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const answer = await fetch(`${url}/v1/events`, {
    signal: leave.signal,
    headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
  });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const seen: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => seen.push(event) });
  const decoder = new TextDecoder();
  void (async () => {
    for await (const chunk of answer.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  })().catch(() => "left");
  return seen;
}

describe("GET /v1/events", () => {
  it("tells decisions, completions and samples as they happen, in order", async () => {
    const { url } = await openTestGateway();
    const seen = await listen(url);
    await (await postMessage(url, { model: HAIKU })).text();
    await fetch(`${url}/v1/decisions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: HAIKU }),
    });
    await expect.poll(() => seen.map(({ event }) => event)).toEqual(["decision", "completion", "sample"]);
    for (const { event, data } of seen) expect(parseLiveEvent(event ?? "", data)).not.toBeNull();
    // From the time of the start on, so that a reader who comes back after a restart is behind, not ahead.
    expect(seen.map(({ id }) => Number(id) - TEST_NOW_MS)).toEqual([1, 2, 3]);
  });

  it("resumes after the last event a reader has seen", async () => {
    const { url } = await openTestGateway();
    for (let i = 0; i < 3; i += 1) await (await postMessage(url, { model: HAIKU })).text();
    const seen = await listen(url, String(TEST_NOW_MS + 4));
    await expect.poll(() => seen.map(({ id }) => Number(id) - TEST_NOW_MS)).toEqual([5, 6]);
  });
});

// anomalyco/opencode#31923: open the stream, never read it, and the server keeps every event.
describe("a reader that does not read", () => {
  it("is cut off with a word, can come back, and costs the others nothing", { timeout: 60_000 }, async () => {
    const { url, gateway } = await openTestGateway();
    const { events } = gateway.deps;
    const socket = connect(gateway.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1:${gateway.port}\r\n\r\n`);
    // Reads nothing until it has been told of more than is kept for anyone.
    await expect.poll(() => socket.bytesRead).toBeGreaterThan(0);
    socket.pause();
    const seen = await listen(url);
    const sample = { name: "sample", data: { model: "m".repeat(1_000_000) } } as unknown as LiveEvent;
    // More than the buffers of two sockets take.
    for (let told = 1; told <= 40; told += 1) {
      events.publish(sample);
      await expect.poll(() => seen.length, { interval: 5, timeout: 10_000 }).toBe(told);
    }
    let text = "";
    let isClosed = false;
    socket.on("data", (chunk) => {
      text = (text + chunk).slice(-500);
    });
    socket.on("close", () => {
      isClosed = true;
    });
    socket.on("error", () => {});
    socket.resume();
    // A machine that is slow enough breaks the connection before the last word is read.
    await expect
      .poll(() => isClosed || /: cut off: .* come back with Last-Event-ID.*\r\n0\r\n\r\n$/s.test(text), {
        timeout: 20_000,
      })
      .toBe(true);
    expect(seen).toHaveLength(40);
  });

  it("is refused where too many listen", async () => {
    const { url, gateway } = await openTestGateway();
    while (!gateway.deps.events.isFull)
      gateway.deps.events.subscribe(
        () => {},
        () => {},
      );
    const answer = await fetch(`${url}/v1/events`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "15"]);
    expect(await answer.text()).toContain("too many readers of live events");
  });
});
