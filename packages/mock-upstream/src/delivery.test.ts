import { once } from "node:events";
import { Agent, get, request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MockUpstream, startMockUpstream } from "./mock-upstream.ts";
import { limitParts, splitEvents } from "./play-step.ts";
import {
  chunkBytes,
  closeDelimited,
  cutAfterBytes,
  cutAfterEvents,
  errorAfterEvents,
  errorFirst,
  html,
  raw,
  redirect,
  reply,
  resetBeforeHeaders,
  sse,
  stallAfterEvents,
  status,
  styled,
} from "./step.ts";
import { call, eventNames, rawCall } from "./test-client.ts";

let mock: MockUpstream;
let url: string;
beforeEach(async () => {
  mock = await startMockUpstream();
  url = `${mock.url}/v1/messages`;
});
afterEach(() => mock.close());

const streamed = { model: "m", stream: true };
const RAW_POST = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n";

describe("cut streams", () => {
  it.each([
    ["fin", 0, []],
    ["fin", 3, ["message_start", "ping", "content_block_start"]],
    ["rst", 0, []],
    ["rst", 3, ["message_start", "ping", "content_block_start"]],
  ] as const)("by %s after %i events", async (how, count, names) => {
    mock.script(cutAfterEvents(count, how));
    const answer = await call(url, { body: streamed });
    expect(answer.status).toBe(200);
    expect(answer.error).toBe("ECONNRESET");
    expect(eventNames(answer.text)).toEqual(names);
    expect(await mock.requests[0]?.ended).toBe("cut");
    expect(mock.requests[0]?.aborted).toBe(false);
  });

  it("leave out the closing chunk", async () => {
    mock.script(cutAfterEvents(1));
    const text = await rawCall(mock.port, `${RAW_POST}{"stream":true}`);
    expect(text).toContain("Transfer-Encoding: chunked");
    expect(text).toContain("message_start");
    expect(text.endsWith("\r\n0\r\n\r\n")).toBe(false);
  });

  it.each(["fin", "rst"] as const)("in the middle of a line, by %s", async (how) => {
    mock.script(cutAfterBytes(30, how));
    const answer = await call(url, { body: streamed });
    expect(answer.text).toBe('event: message_start\ndata: {"t');
    expect(answer.error).toBe("ECONNRESET");
  });

  it("and cut JSON, whose length was announced", async () => {
    mock.script(cutAfterBytes(10));
    const answer = await call(url, { body: { model: "m" } });
    expect(answer.text).toBe('{"id":"msg');
    expect(Number(answer.headers["content-length"])).toBeGreaterThan(10);
    expect(answer.error).toBe("ECONNRESET");
  });
});

describe("other ends", () => {
  it("resets before any byte", async () => {
    mock.script(resetBeforeHeaders());
    expect(await call(url, { body: streamed })).toMatchObject({ status: 0, error: "ECONNRESET" });
  });

  it("resets the second request of a connection only", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    mock.script(
      ...[1, 2, 3].map(() => (r: { turn: number }) => (r.turn > 1 ? resetBeforeHeaders() : reply())),
    );
    const seen: (string | number)[] = [];
    for (let i = 0; i < 3; i += 1) {
      const answer = await call(url, { body: streamed, agent });
      seen.push(answer.error ?? answer.status);
    }
    agent.destroy();
    expect(seen).toEqual([200, "ECONNRESET", 200]);
  });

  it("goes silent until the client leaves", async () => {
    mock.script(stallAfterEvents(2));
    const outgoing = httpRequest(url, { method: "POST", agent: false });
    outgoing.on("error", () => undefined);
    outgoing.end(JSON.stringify(streamed));
    const [incoming] = await once(outgoing, "response");
    const [chunk] = await once(incoming, "data");
    expect(eventNames(String(chunk))).toEqual(["message_start", "ping"]);
    expect(mock.requests[0]?.aborted).toBe(false);
    outgoing.destroy();
    expect(await mock.requests[0]?.ended).toBe("aborted");
  });

  it("ends a body by closing the connection", async () => {
    mock.script(closeDelimited());
    const text = await rawCall(mock.port, `${RAW_POST}{"stream":true}`);
    expect(text).toContain("Connection: close");
    expect(text).not.toContain("Transfer-Encoding");
    expect(text).not.toContain("Content-Length");
    expect(eventNames(text.slice(text.indexOf("\r\n\r\n") + 4)).at(-1)).toBe("message_stop");
  });

  it("puts raw bytes on the wire", async () => {
    mock.script(raw("HTTP/1.1 999 Odd\r\nx: 1\r\n\r\n"), raw("garbage", "rst"));
    expect(await rawCall(mock.port, `${RAW_POST}{"stream":true}`)).toBe("HTTP/1.1 999 Odd\r\nx: 1\r\n\r\n");
    expect((await call(url, { body: streamed })).error).toBe("HPE_INVALID_CONSTANT");
  });
});

describe("errorAfterEvents", () => {
  it("ends a stream that had begun with an error, in order", async () => {
    mock.script(errorAfterEvents(4, "overloaded_error", "busy"));
    const answer = await call(url, { body: streamed });
    expect(eventNames(answer.text)).toEqual([
      ...["message_start", "ping", "content_block_start", "content_block_delta", "error"],
    ]);
    expect(answer.error).toBe(null);
  });
});

describe("styled", () => {
  it.each([
    [{ lineEnd: "\r\n" }, 'event: a\r\ndata: {"x":"é"}\r\n\r\nevent: b\r\ndata: 2\r\n\r\n'],
    [{ lineEnd: "\r", space: false }, 'event:a\rdata:{"x":"é"}\r\revent:b\rdata:2\r\r'],
    [
      { before: ": k\n\n", finalBlankLine: false },
      ': k\n\nevent: a\ndata: {"x":"é"}\n\n: k\n\nevent: b\ndata: 2',
    ],
  ] as const)("writes the same events as %j", async (style, text) => {
    mock.script(styled(style, sse('event: a\ndata: {"x":"é"}\n\nevent: b\ndata: 2\n\n')));
    expect((await call(url, { body: streamed })).text).toBe(text);
  });

  it("leaves JSON alone", async () => {
    mock.script(styled({ lineEnd: "\r\n" }, status(200, "a\nb")));
    expect((await call(url)).text).toBe("a\nb");
  });
});

describe("pieces", () => {
  it.each([1, 2, 7])("of %i bytes arrive as such and add up", async (size) => {
    const whole = (await call(url, { body: streamed })).text.replace(/0000000\d/, "");
    mock.script(chunkBytes(size));
    const sizes: number[] = [];
    const outgoing = httpRequest(url, { method: "POST", agent: false });
    outgoing.end(JSON.stringify(streamed));
    const [incoming] = await once(outgoing, "response");
    let text = "";
    incoming.on("data", (chunk: Buffer) => {
      sizes.push(chunk.length);
      text += chunk.toString("latin1");
    });
    await once(incoming, "end");
    expect(text.replace(/0000000\d/, "")).toBe(whole);
    // The body parser hands out each chunk of the encoding on its own, so the joints are visible here.
    expect(Math.max(...sizes)).toBe(size);
  });

  it("refuses a size that is none", () => {
    expect(() => chunkBytes(0)).toThrow(RangeError);
  });

  it("writes each event on its own when events are apart", async () => {
    mock.script(reply({ delayMs: 1 }));
    const answer = await call(url, { body: streamed });
    expect(eventNames(answer.text)).toHaveLength(10);
    expect(mock.requests[0]).toMatchObject({ sentParts: 10, sentShare: 1 });
  });
});

describe("fixed answers", () => {
  it("sends what they say", async () => {
    mock.script(
      redirect("http://127.0.0.1:1/x", 307),
      html(502),
      status(204),
      errorFirst("overloaded_error", "busy"),
    );
    const moved = await call(url);
    expect([moved.status, moved.headers.location]).toEqual([307, "http://127.0.0.1:1/x"]);
    const page = await call(url);
    expect([page.status, page.headers["content-type"]]).toEqual([502, "text/html"]);
    expect(page.text).toContain("<h1>502</h1>");
    expect((await call(url)).status).toBe(204);
    const error = await call(url);
    expect([error.status, error.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect(error.text).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n',
    );
  });

  it("sends a stream verbatim and can cut it at its events", async () => {
    const body = "data: 1\r\n\r\n: comment\n\nevent: x\ndata: 2";
    mock.script(sse(body), cutAfterEvents(2, "fin", sse(body)));
    expect((await call(url)).text).toBe(body);
    expect((await call(url)).text).toBe("data: 1\r\n\r\n: comment\n\n");
  });
});

describe("splitEvents and limitParts", () => {
  it("lose no byte", () => {
    const body = Buffer.from("a\n\nb\r\n\r\n\n\nc\n", "latin1");
    expect(splitEvents(body).map((part) => Buffer.from(part).toString())).toEqual([
      "a\n\n",
      "b\r\n\r\n",
      "\n\n",
      "c\n",
    ]);
    expect(splitEvents(Buffer.alloc(0))).toEqual([]);
    const parts = [Buffer.from("abc"), Buffer.from("de")];
    const cut = (count: number): string[] =>
      limitParts(parts, { unit: "bytes", count, ending: "fin" }).map((part) => Buffer.from(part).toString());
    expect([0, 2, 3, 4, 9].map(cut)).toEqual([[], ["ab"], ["abc"], ["abc", "d"], ["abc", "de"]]);
  });
});

describe("many streams and slow readers", () => {
  it("serves 1,000 streams at once", async () => {
    mock.script(...Array.from({ length: 1000 }, () => reply({ delayMs: 20 })));
    const answers = await Promise.all(Array.from({ length: 1000 }, () => call(url, { body: streamed })));
    expect(answers.filter((answer) => eventNames(answer.text).length === 10)).toHaveLength(1000);
    expect(mock.requests).toHaveLength(1000);
  });

  it("waits for a reader that does not read", async () => {
    const part = `event: x\ndata: ${"x".repeat(64 * 1024)}\n\n`;
    mock.scriptPath("/big", chunkBytes(32 * 1024, sse(part.repeat(400))));
    const outgoing = get(`${mock.url}/big`, { agent: false });
    const [incoming] = await once(outgoing, "response");
    incoming.pause();
    let before: number | undefined;
    const stopped = (): boolean => {
      const same = before === mock.requests[0]?.sentParts;
      before = mock.requests[0]?.sentParts;
      return same;
    };
    await expect.poll(stopped).toBe(true);
    expect(mock.requests[0]?.sentShare).toBeLessThan(1);
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    incoming.resume();
    await once(incoming, "end");
    expect(bytes).toBe(part.length * 400);
  });
});
