import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { createGatewayServer } from "../http/create-server.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { openSocket, rawHead } from "./raw-client.ts";

/** The gateway's server with its limits in force, which here are shorter so that a test can wait for them. */
async function openServer(limits: {
  headersTimeout: number;
  requestTimeout: number;
  keepAliveTimeout?: number;
}): Promise<string> {
  const server = createGatewayServer((incoming, outgoing) => {
    incoming.resume();
    incoming.once("end", () => outgoing.end("ok"));
  });
  expect([server.headersTimeout, server.requestTimeout, server.maxConnections]).toEqual([
    10_000, 60_000, 2_048,
  ]);
  Object.assign(server, limits);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Everything a server says on a connection until it closes it. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

const timers: NodeJS.Timeout[] = [];
afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
});

/** Writes one character each 20 ms. */
function dribble(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= text.length) return clearInterval(timer);
    socket.write(text.charAt(at));
    at += 1;
  }, 20);
  timers.push(timer);
}

describe("a peer that is slow on purpose", () => {
  it.each([
    ["a head that never ends", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ", "a".repeat(1_000)],
    ["a silent connection", "", ""],
    ["a body that never ends", `${rawHead(["content-length: 1000"], "x")}`, " ".repeat(1_000)],
  ])("is ended with 408 once its time is up: %s", async (_name, first, rest) => {
    const url = await openServer({ headersTimeout: 300, requestTimeout: 600 });
    const socket = await openSocket(url);
    socket.write(first);
    dribble(socket, rest);
    expect(await untilClosed(socket)).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });
});

describe("more connections than the gateway takes", () => {
  it("are closed, and as soon as some end new ones are served", async () => {
    const { url, notices } = await openTestGateway();
    const sockets: Socket[] = [];
    for (let opened = 0; opened < 2_100; opened += 100) {
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => openSocket(url)))));
    }
    await expect
      .poll(() => sockets.filter((socket) => !socket.destroyed && !socket.closed).length)
      .toBe(2_048);
    expect(notices).toEqual([expect.stringContaining("2048 clients are connected")]);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() =>
        fetch(`${url}/healthz`)
          .then((answer) => answer.status)
          .catch(() => 0),
      )
      .toBe(200);
  });
});

describe("a connection between two requests", () => {
  it("is closed when its time is up, but not over a request that has already come", async () => {
    const url = await openServer({ headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 200 });
    const socket = await openSocket(url);
    const request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    socket.write(request);
    await new Promise((resolve) => socket.once("data", resolve));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(request);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200 /);
  });
});
