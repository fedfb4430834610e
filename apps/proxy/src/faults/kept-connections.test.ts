import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { messageBody, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGateway, testCatalog } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";
import { openSocket, rawMessage } from "./raw-client.ts";

/** What a lane does with each request that comes on one of its connections; `number` counts from 1 on each of them. */
type Serve = (socket: Socket, number: number) => void;

interface RawLane {
  readonly url: string;
  /** Requests that have come, on all connections. */
  readonly count: () => number;
}

async function openRawLane(serve: Serve): Promise<RawLane> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let onThis = 0;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (bytes) => {
      if (!bytes.toString("latin1").startsWith("POST ")) return;
      requests += 1;
      onThis += 1;
      serve(socket, onThis);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => requests };
}

const BODY = JSON.stringify({
  type: "message",
  role: "assistant",
  content: [{ type: "text", text: "ok" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 3, output_tokens: 1 },
});
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

/** A gateway whose `glm-5` has this lane and no other. */
function openBefore(lane: RawLane): Promise<TestGateway> {
  return openTestGateway({ catalog: ({ anthropic }) => testCatalog({ anthropic, zai: lane.url }) });
}

const ask = async (url: string): Promise<number> => {
  const answer = await postMessage(url, { model: "glm-5" });
  await answer.arrayBuffer();
  return answer.status;
};

describe("a kept connection that its lane closes under the next request", () => {
  // anthropics/claude-code#89608, decolua/9router#3941, InsForge/InsForge#1813: single requests recover, bursts do not.
  it("costs none of a burst its answer", async () => {
    const lane = await openRawLane((socket, number) => {
      if (number === 1) socket.write(ANSWER);
      else socket.destroy();
    });
    const opened = await openBefore(lane);
    const statuses: number[] = [];
    for (const size of [1, 1, 2, 4, 2, 5, 3, 6])
      statuses.push(...(await Promise.all(Array.from({ length: size }, () => ask(opened.url)))));
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(opened.completions().some((line) => line.retry)).toBe(true);
    await expectSettled(opened);
  });

  it("costs a second sending only where it was closed at once, not after work", async () => {
    const lane = await openRawLane((socket, number) => {
      if (number === 1) socket.write(ANSWER);
      else setTimeout(() => socket.destroy(), 700);
    });
    const opened = await openBefore(lane);
    expect(await ask(opened.url)).toBe(200);
    expect(await ask(opened.url)).toBe(502);
    expect(lane.count()).toBe(2);
    await expectSettled(opened);
  });

  it("costs no second sending where the connection was new", async () => {
    const lane = await openRawLane((socket) => socket.destroy());
    const opened = await openBefore(lane);
    expect(await Promise.all([ask(opened.url), ask(opened.url)])).toEqual([502, 502]);
    expect(lane.count()).toBe(2);
  });
});

describe("more streams than any round number", () => {
  it("begin at once, each beside all others", async () => {
    const count = 1_100;
    const event = 'event: message_start\ndata: {"type":"message_start","message":{}}\n\n';
    const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    const lane = await openRawLane((socket) => {
      socket.write(`${head}${event.length.toString(16)}\r\n${event}\r\n`);
    });
    const { url } = await openBefore(lane);
    const request = rawMessage(messageBody({ model: "glm-5", stream: true })).toString("latin1");
    const begun = await Promise.all(
      Array.from({ length: count }, async () => {
        const socket = await openSocket(url);
        onTestFinished(() => void socket.destroy());
        socket.write(request.replaceAll("PORT", new URL(url).port));
        return new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
      }),
    );
    expect(begun.filter((text) => text.startsWith("HTTP/1.1 200 "))).toHaveLength(count);
    expect(lane.count()).toBe(count);
  });
});
