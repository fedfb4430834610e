import { parseLiveEvent } from "@ccp/usage-contract";
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
