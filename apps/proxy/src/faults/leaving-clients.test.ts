import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { hang, reply, sse, stallAfterEvents } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { messageBody, OPUS } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";
import { openSocket, rawMessage, sendRaw } from "./raw-client.ts";

const STREAM = messageBody({ model: OPUS, stream: true });

const derive = promisify(pbkdf2);

/** More than the socket buffers of both sides hold. */
const LONG = [
  'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":1}}}\n\n',
  `event: content_block_delta\ndata: {"type":"content_block_delta","x":"${"x".repeat(32_000)}"}\n\n`.repeat(
    800,
  ),
  'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":9}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
].join("");

function bytesFor(url: string, body: string | Uint8Array, headers: readonly string[] = []): Buffer {
  const text = rawMessage(body, headers).toString("latin1");
  return Buffer.from(text.replace("PORT", new URL(url).port), "latin1");
}

describe("a client that leaves", () => {
  it.each([
    ["while its lane is silent", hang()],
    ["before the first event", stallAfterEvents(0)],
    ["in the middle of the answer", stallAfterEvents(4, reply({ text: "a b c d" }))],
  ])("ends the upstream call, is logged as 499 and leaves nothing behind: %s", async (_name, step) => {
    const opened = await openTestGateway();
    const { url, anthropic, zai, completions } = opened;
    anthropic.script(step);
    const socket = await openSocket(url);
    socket.write(bytesFor(url, STREAM));
    const request = await anthropic.request(1);
    socket.resetAndDestroy();
    expect(await request.ended).toBe("aborted");
    await expectSettled(opened);
    expect(completions()).toMatchObject([{ status: 499, reason: "client_closed", usage_source: "estimate" }]);
    expect(zai.requests).toHaveLength(0);
  });

  it("in the middle of its body leaves no trace and dials nobody", async () => {
    const opened = await openTestGateway();
    const socket = await openSocket(opened.url);
    const bytes = bytesFor(opened.url, STREAM);
    await new Promise<void>((resolve) => socket.write(bytes.subarray(0, bytes.length - 5), () => resolve()));
    socket.destroy();
    await expectSettled(opened);
    expect(opened.anthropic.requests.length + opened.completions().length).toBe(0);
  });

  it("while its body is being unpacked asks no lane, or ends the call", async () => {
    const opened = await openTestGateway();
    const long = messageBody({ model: OPUS, stream: true, prompt: "x".repeat(8_000_000) });
    const bytes = bytesFor(opened.url, gzipSync(long), ["content-encoding: gzip", "connection: close"]);
    opened.anthropic.script(sse(LONG));
    // Unpacking waits for a free thread, long enough for the client to have left before it begins.
    const busy = Array.from({ length: 4 }, () => derive("x", "y", 60_000, 64, "sha512"));
    const leaver = await openSocket(opened.url);
    await new Promise<void>((resolve) => leaver.write(bytes, () => resolve()));
    // Closed, not reset: a reset may throw away what has not been read yet.
    leaver.destroy();
    await Promise.all(busy);
    // Bodies are unpacked in turn: once this one is answered, the leaver's has been unpacked too.
    expect((await sendRaw(opened.url, bytes)).status).toBe(200);
    await expectSettled(opened);
  });

  it("only closes its sending side is taken as one that leaves", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(stallAfterEvents(4, reply({ text: "a b c d" })));
    const answer = sendRaw(opened.url, bytesFor(opened.url, STREAM), { halfClose: true });
    const request = await opened.anthropic.request(1);
    expect(await request.ended).toBe("aborted");
    await answer;
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ status: 499 }]);
  });

  it("leaves while a relayed call is open ends that too", async () => {
    const opened = await openTestGateway();
    opened.anthropic.scriptPath("/v1/files", hang());
    const socket = await openSocket(opened.url);
    socket.write(`GET /v1/files HTTP/1.1\r\nhost: localhost:${new URL(opened.url).port}\r\n\r\n`);
    const request = await opened.anthropic.request(1);
    socket.destroy();
    expect(await request.ended).toBe("aborted");
  });
});

describe("a client that does not read", () => {
  it("stops its own lane after some buffers, and nobody else's", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(sse(LONG));
    const socket = await openSocket(opened.url);
    socket.pause();
    socket.write(bytesFor(opened.url, STREAM));
    await opened.anthropic.request(1);
    for (let others = 0; others < 20; others += 1) {
      const answer = await sendRaw(
        opened.url,
        rawMessage(messageBody({ model: OPUS }), ["connection: close"]).toString(),
      );
      expect(answer.status).toBe(200);
    }
    const request = await opened.anthropic.request(1);
    expect(request.aborted).toBe(false);
    let seen = "";
    let bytes = 0;
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      seen = (seen + chunk.toString("latin1")).slice(-200);
      if (seen.endsWith("0\r\n\r\n")) socket.destroy();
    });
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(seen).toContain("message_stop");
    expect(bytes).toBeGreaterThan(LONG.length);
    await expectSettled(opened);
  });

  it("and then leaves gives everything back", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(sse(LONG));
    const socket = await openSocket(opened.url);
    socket.pause();
    socket.write(bytesFor(opened.url, STREAM));
    const request = await opened.anthropic.request(1);
    await expect.poll(() => opened.gateway.deps.bodyBudget.heldBytes).toBeGreaterThan(0);
    socket.resetAndDestroy();
    expect(await request.ended).toBe("aborted");
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "client_closed" }]);
  });
});
