import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseSse, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const DELTA = event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "on" } });
const END = event("message_delta", { delta: { stop_reason: "end_turn" } }) + event("message_stop");

/** What a stopped process or a sleeping laptop does: nothing runs, while bytes pile up in its sockets. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Waits for the place in the loop from which due timers come before any socket is read. */
const beforeTimers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A lane whose answers the test writes; `answers` are those that have been asked for. */
async function openHeldLane(): Promise<{ url: string; answers: ServerResponse[] }> {
  const answers: ServerResponse[] = [];
  const server = createServer((request, response) => {
    request.resume().on("end", () => answers.push(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answers };
}

const ask = (opened: TestGateway): Promise<Response> =>
  postMessage(opened.url, { model: "glm-5", stream: true });

// coder/claudecode.nvim#141, anomalyco/opencode#17770: after a laptop's sleep, timers that measured it cut what was alive.
describe("a process that stood still for longer than every limit", () => {
  const COUNT = 20;

  it("reads the streams that went on meanwhile, and cuts none", async () => {
    const lane = await openHeldLane();
    const opened = await openTestGateway({
      settings: { sseIdleTimeoutMs: 400 },
      catalog: ({ anthropic }) => testCatalog({ anthropic, zai: lane.url }),
    });
    const asked = Array.from({ length: COUNT }, () => ask(opened));
    await expect.poll(() => lane.answers.length).toBe(COUNT);
    for (const answer of lane.answers) {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.write(event("message_start", { message: {} }));
    }
    const streams = await Promise.all(asked);
    await beforeTimers();
    for (const answer of lane.answers) answer.write(DELTA);
    standStill(600);
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const answer of lane.answers) answer.end(END);
    const texts = await Promise.all(streams.map((stream) => stream.text().catch(() => "cut")));
    expect(texts.filter((text) => parseSse(text).at(-1)?.event !== "message_stop")).toEqual([]);
  });

  it("reads the heads that came meanwhile", async () => {
    const lane = await openHeldLane();
    const opened = await openTestGateway({
      settings: { headerTimeoutMs: 400 },
      catalog: ({ anthropic }) => testCatalog({ anthropic, zai: lane.url }),
    });
    const asked = Array.from({ length: COUNT }, () => ask(opened));
    await expect.poll(() => lane.answers.length).toBe(COUNT);
    await beforeTimers();
    for (const answer of lane.answers) {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.end(event("message_start", { message: {} }) + DELTA + END);
    }
    standStill(600);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: COUNT }, () => 200));
  });
});
