import { brotliCompressSync, gzipSync } from "node:zlib";
import {
  chunkBytes,
  closeDelimited,
  compressed,
  cutAfterBytes,
  cutAfterEvents,
  errorAfterEvents,
  errorFirst,
  hang,
  html,
  raw,
  redirect,
  reply,
  resetBeforeHeaders,
  type Step,
  sse,
  stallAfterEvents,
  startMockUpstream,
  status,
  styled,
} from "@ccp/mock-upstream";
import { describe, expect, it, onTestFinished } from "vitest";
import { HAIKU, OPUS, parseSse, postMessage } from "../testing/messages.ts";
import { openTestGateway, testCatalog } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";

const ANSWER = reply({ text: "one two three four", chunks: 4 });
/** start, ping, block start, 4 deltas, block stop, message delta, message stop */
const EVENTS = 10;

interface Seen {
  readonly status: number;
  readonly text: string;
  readonly broken: boolean;
  readonly lane: string | null;
}

async function read(asked: Promise<Response>): Promise<Seen> {
  const answer = await asked;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let broken = false;
  try {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch {
    broken = true;
  }
  return { status: answer.status, text, broken, lane: answer.headers.get("x-ccp-lane") };
}

function names(text: string): string[] {
  return [...text.matchAll(/^event: ?(.*?)\r?$/gm)].map(([, name]) => name ?? "");
}

/** What a client hears: events that have their blank line, but for pings. @throws Where the data of one is no JSON. */
function heardBy(text: string): unknown[] {
  const blocks = text.split("\n\n").slice(0, -1);
  return blocks.flatMap((block) => {
    const name = [...block.matchAll(/^event: ?(.*)$/gm)].at(-1)?.[1];
    if (name === "ping") return [];
    const data = block.match(/^data: ?(.*)$/m)?.[1];
    return [(JSON.parse(data ?? "") as { type: unknown }).type];
  });
}

describe("a stream that breaks off", () => {
  it.each<[string, Step]>([
    ["between two events, closed", cutAfterEvents(4, "fin", ANSWER)],
    ["between two events, reset", cutAfterEvents(4, "rst", ANSWER)],
    ["without a frame end", closeDelimited(cutAfterEvents(4, "fin", ANSWER))],
    ["without a frame end, reset", closeDelimited(cutAfterEvents(4, "rst", ANSWER))],
    ["with a proper frame end", sse('event: message_start\ndata: {"type":"message_start","message":{}}\n\n')],
  ])("ends with one error event and a broken connection: %s", async (_name, step) => {
    const opened = await openTestGateway();
    opened.anthropic.script(step);
    const seen = await read(postMessage(opened.url, { model: OPUS, stream: true }));
    expect(seen.broken).toBe(true);
    expect(names(seen.text).filter((name) => name === "message_start")).toHaveLength(1);
    expect(names(seen.text).filter((name) => name === "error")).toHaveLength(1);
    expect(parseSse(seen.text).at(-1)).toMatchObject({
      event: "error",
      data: { error: { type: "api_error" } },
    });
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "truncated", status: 200, lane: "anthropic" }]);
    expect(opened.zai.requests).toHaveLength(0);
  });

  it("in the middle of an event: the error is an event of its own", async () => {
    const { url, anthropic } = await openTestGateway();
    anthropic.script(cutAfterBytes(700, "fin", ANSWER));
    const seen = await read(postMessage(url, { model: OPUS, stream: true }));
    expect(seen.broken).toBe(true);
    const blocks = seen.text.split("\n\n").filter((block) => block !== "");
    expect(blocks.at(-1)).toMatch(/^event: error\ndata: \{"type":"error"/);
  });

  it.each([
    ["closed", "fin"],
    ["reset", "rst"],
  ] as const)("after its last event is whole: %s", async (_name, how) => {
    const opened = await openTestGateway();
    opened.anthropic.script(cutAfterEvents(EVENTS, how, ANSWER));
    const seen = await read(postMessage(opened.url, { model: OPUS, stream: true }));
    expect(names(seen.text)).not.toContain("error");
    expect(names(seen.text).at(-1)).toBe("message_stop");
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "ok", usage_source: "body" }]);
  });

  it.each([
    ["closed", "fin"],
    ["reset", "rst"],
  ] as const)("for want of the last event alone is made whole: %s", async (_name, how) => {
    const opened = await openTestGateway();
    opened.anthropic.script(cutAfterEvents(EVENTS - 1, how, ANSWER));
    const seen = await read(postMessage(opened.url, { model: OPUS, stream: true }));
    expect(names(seen.text)).not.toContain("error");
    expect(names(seen.text).at(-1)).toBe("message_stop");
    expect(seen.broken).toBe(false);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "ok", repairs: ["message_stop"] }]);
  });

  const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
  it.each([
    ["its blank line", STOP.length - 1, []],
    ["its line break", STOP.length - 2, []],
    ["the end of its JSON", STOP.length - 5, ["message_stop"]],
    ["all of its data", STOP.length - 34, ["message_stop"]],
    ["all but its first letters", 3, ["message_stop"]],
    ["nothing: what follows it was cut", STOP.length + 9, []],
  ])("for want of %s reads as a whole answer", async (_name, bytes, repairs) => {
    const opened = await openTestGateway();
    const before =
      'event: message_start\ndata: {"type":"message_start","message":{}}\n\n' +
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n';
    opened.anthropic.script(
      cutAfterBytes(before.length + bytes, "fin", sse(`${before}${STOP}data: [DONE]\n\n`)),
    );
    const seen = await read(postMessage(opened.url, { model: OPUS, stream: true }));
    expect(seen.broken).toBe(false);
    expect(heardBy(seen.text)).toEqual(["message_start", "message_delta", "message_stop"]);
    await expectSettled(opened);
    expect(opened.completions().map(({ reason, repairs: made }) => [reason, made ?? []])).toEqual([
      ["ok", repairs],
    ]);
  });

  it("goes silent: an error event after the idle limit, and nothing stays reserved", async () => {
    const opened = await openTestGateway({ settings: { sseIdleTimeoutMs: 150 } });
    opened.anthropic.script(stallAfterEvents(4, ANSWER));
    const seen = await read(postMessage(opened.url, { model: OPUS, stream: true }));
    expect(seen.broken).toBe(true);
    expect(parseSse(seen.text).at(-1)?.event).toBe("error");
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "stream_timeout", err_type: "idle_timeout" }]);
    expect((await opened.anthropic.request(1)).aborted).toBe(true);
  });

  it("tells an error after content: passed on as it is, never sent twice, no other lane asked", async () => {
    const opened = await openTestGateway();
    opened.zai.script(errorAfterEvents(4, "overloaded_error", "busy", ANSWER));
    const seen = await read(postMessage(opened.url, { model: HAIKU, stream: true }));
    expect(names(seen.text).filter((name) => name === "message_start")).toHaveLength(1);
    expect(names(seen.text).at(-1)).toBe("error");
    expect(seen.text).toContain("busy");
    expect(opened.anthropic.requests).toHaveLength(0);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "error", err_type: "stream_error" }]);
  });
});

describe("an answer in one piece that breaks off", () => {
  it.each([
    ["closed", "fin"],
    ["reset", "rst"],
  ] as const)("breaks at the client too: %s", async (_name, how) => {
    const opened = await openTestGateway();
    opened.anthropic.script(cutAfterBytes(120, how, ANSWER));
    const seen = await read(postMessage(opened.url, { model: OPUS }));
    expect(seen.broken).toBe(true);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "truncated", usage_source: "estimate" }]);
  });

  it("breaks at the client too where the end of the connection is its only frame", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(closeDelimited(cutAfterBytes(120, "fin", ANSWER)));
    const seen = await read(postMessage(opened.url, { model: OPUS }));
    expect(seen.broken).toBe(true);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "truncated" }]);
  });

  const UNFRAMED = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";

  it.each(["null", "[]", '"text"', '{"a":{"b":1}}\n'])("passes whole without a frame: %s", async (text) => {
    const opened = await openTestGateway();
    opened.anthropic.script(raw(`${UNFRAMED}${text}`));
    expect(await read(postMessage(opened.url, { model: OPUS }))).toMatchObject({ text, broken: false });
  });

  it("breaks where half of it ends in a brace and has no frame", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(raw(`${UNFRAMED}{"type":"message","usage":{"output_tokens":1}`));
    expect((await read(postMessage(opened.url, { model: OPUS }))).broken).toBe(true);
  });

  it("for want of the last event alone is made whole where it ended in order", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(closeDelimited(cutAfterEvents(EVENTS - 1, "fin", ANSWER)));
    const seen = await read(postMessage(opened.url, { model: OPUS, stream: true }));
    expect([names(seen.text).at(-1), seen.broken]).toEqual(["message_stop", false]);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "ok", repairs: ["message_stop"] }]);
  });

  it("leaves a refusal that a client can read", async () => {
    const opened = await openTestGateway();
    const body = { type: "error", error: { type: "invalid_request_error", message: "x".repeat(200) } };
    opened.anthropic.script(cutAfterBytes(100, "rst", status(400, body)));
    const seen = await read(postMessage(opened.url, { model: OPUS }));
    expect([400, 502]).toContain(seen.status);
    await expectSettled(opened);
  });
});

describe("a lane that does not answer", () => {
  it("resets before a byte: the next lane serves, each body sent once", async () => {
    const opened = await openTestGateway();
    opened.zai.script(resetBeforeHeaders());
    const seen = await read(postMessage(opened.url, { stream: true }));
    expect([seen.status, seen.lane]).toEqual([200, "anthropic"]);
    expect([opened.zai.requests.length, opened.anthropic.requests.length]).toEqual([1, 1]);
    await expectSettled(opened);
  });

  it("closes before a byte and has no other lane: 502 in the API's own shape", async () => {
    const opened = await openTestGateway();
    opened.zai.script(raw("", "fin"));
    const seen = await read(postMessage(opened.url, { model: "glm-5", stream: true }));
    expect(seen.status).toBe(502);
    expect(JSON.parse(seen.text)).toMatchObject({ type: "error", error: { type: "api_error" } });
    expect(opened.zai.requests).toHaveLength(1);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ status: 502, reason: "error", lane: "zai" }]);
  });

  it("closes a kept connection under the request: asked once more on a new one, and no third time", async () => {
    const opened = await openTestGateway();
    await (await postMessage(opened.url, { model: "glm-5" })).text();
    opened.zai.script(resetBeforeHeaders(), resetBeforeHeaders(), ANSWER);
    const seen = await read(postMessage(opened.url, { model: "glm-5" }));
    expect(seen.status).toBe(502);
    expect(opened.zai.requests).toHaveLength(3);
    await expectSettled(opened);
  });

  it("closes a kept connection after a byte of the answer: never asked again", async () => {
    const opened = await openTestGateway();
    await (await postMessage(opened.url, { model: "glm-5" })).text();
    opened.zai.script(raw("HTTP/1.1 200 OK\r\ncontent-ty", "fin"));
    const seen = await read(postMessage(opened.url, { model: "glm-5" }));
    expect(seen.status).toBe(502);
    expect(opened.zai.requests).toHaveLength(2);
  });

  it("accepts and says nothing: the next lane serves after the header limit", async () => {
    const opened = await openTestGateway({ settings: { headerTimeoutMs: 150 } });
    opened.zai.script(hang());
    const seen = await read(postMessage(opened.url, { stream: true }));
    expect([seen.status, seen.lane]).toEqual([200, "anthropic"]);
    expect(opened.gateway.deps.book.snapshot().lanes).toMatchObject([{ lane: "zai", failures: 1 }]);
    await expectSettled(opened);
  });

  it("accepts and says nothing, with no other lane: 504", async () => {
    const opened = await openTestGateway({ settings: { headerTimeoutMs: 150 } });
    opened.zai.script(hang());
    const seen = await read(postMessage(opened.url, { model: "glm-5" }));
    expect(seen.status).toBe(504);
    expect(JSON.parse(seen.text)).toMatchObject({ error: { type: "timeout_error" } });
  });

  it("is not there: the next lane serves", async () => {
    const gone = await startMockUpstream();
    const zai = gone.url;
    await gone.close();
    const opened = await openTestGateway({ catalog: ({ anthropic }) => testCatalog({ anthropic, zai }) });
    const seen = await read(postMessage(opened.url, { stream: true }));
    expect([seen.status, seen.lane]).toEqual([200, "anthropic"]);
    expect(opened.gateway.deps.book.snapshot().lanes).toMatchObject([{ lane: "zai", failures: 1 }]);
    const alone = await read(postMessage(opened.url, { model: "glm-5" }));
    expect(alone.status).toBe(502);
    expect(alone.text).not.toContain("127.0.0.1");
    await expectSettled(opened);
  });
});

describe("an answer that is none", () => {
  it.each<[string, Step]>([
    ["a page with status 503", html(503)],
    ["a page with status 200", html(200)],
    ["no content", status(204)],
    ["an empty 200", status(200, "")],
    ["an empty stream", sse("")],
    ["status 999", status(999, "{}")],
    ["status 529", status(529, { type: "error", error: { type: "overloaded_error", message: "x" } })],
    ["an error first in a stream", errorFirst("overloaded_error", "x")],
    [
      "an error behind a ping",
      sse(
        'event: ping\ndata: {"type":"ping"}\n\nevent: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n',
      ),
    ],
    ["an error in a 200", status(200, { type: "error", error: { type: "api_error", message: "x" } })],
    ["something that is not HTTP", raw("SSH-2.0-OpenSSH_9.6\r\n")],
    ["HTTP/1.1 without headers' end", raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")],
    ["two lengths", raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x")],
    [
      "a length and chunks",
      raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    ],
  ])("lets the next lane serve and counts as a failure: %s", async (_name, step) => {
    const opened = await openTestGateway();
    opened.zai.script(step);
    const seen = await read(postMessage(opened.url, { stream: true }));
    expect([seen.status, seen.lane]).toEqual([200, "anthropic"]);
    expect(names(seen.text).filter((name) => name === "message_start")).toHaveLength(1);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ lane: "anthropic", reroute_attempt: 1, status: 200 }]);
  });

  it.each([
    ["comments", ": hello\n\n: more\n\n"],
    ["pings", 'event: ping\ndata: {"type":"ping"}\n\n'],
  ])("lets the next lane serve: a stream of %s alone", async (_name, text) => {
    const opened = await openTestGateway();
    opened.zai.script(sse(text));
    const seen = await read(postMessage(opened.url, { stream: true }));
    expect([seen.status, seen.lane]).toEqual([200, "anthropic"]);
  });

  it.each<[string, Step]>([
    ["no content", status(204)],
    ["an empty 200 without a frame", closeDelimited(status(200, ""))],
    ["an empty 400 without a frame", closeDelimited(status(400, ""))],
  ])("is an error in the API's own shape where no other lane is left: %s", async (_name, step) => {
    const opened = await openTestGateway();
    opened.zai.script(step);
    const seen = await read(postMessage(opened.url, { model: "glm-5" }));
    expect(seen.status).toBeGreaterThanOrEqual(400);
    expect(JSON.parse(seen.text)).toMatchObject({ type: "error" });
    await expectSettled(opened);
  });

  it("an interim answer is none: the one behind it counts", async () => {
    const { url, anthropic } = await openTestGateway();
    const body = '{"type":"message","content":[]}';
    const interim = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    anthropic.script(
      raw(
        `${interim}HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        "open",
      ),
    );
    const seen = await read(postMessage(url, { model: OPUS }));
    expect([seen.status, seen.text]).toEqual([200, body]);
  });

  it.each([301, 302, 303, 307, 308])("a redirect %i is never followed", async (code) => {
    const target = await startMockUpstream();
    onTestFinished(() => target.close());
    const { url, anthropic } = await openTestGateway();
    anthropic.script(redirect(`${target.url}/v1/messages`, code));
    anthropic.scriptPath("/v1/files", redirect(`${target.url}/v1/files`, code));
    const seen = await read(postMessage(url, { model: OPUS }));
    expect(seen.lane).not.toBeNull();
    expect([200, 502]).toContain(seen.status);
    const relayed = await fetch(`${url}/v1/files`, { headers: { authorization: "Bearer x" } });
    expect(relayed.status).toBe(502);
    expect(target.connections).toBe(0);
  });
});

describe("a stream in another spelling", () => {
  it.each<[string, Step]>([
    ["CRLF", styled({ lineEnd: "\r\n" }, ANSWER)],
    ["CR", styled({ lineEnd: "\r" }, ANSWER)],
    ["no blank behind the colon", styled({ space: false }, ANSWER)],
    ["comments between events", styled({ before: ": keep-alive\n\n" }, ANSWER)],
    ["no last blank line", styled({ finalBlankLine: false }, ANSWER)],
    ["one byte at a time", chunkBytes(1, ANSWER)],
    [
      "one byte at a time, CRLF, comments",
      chunkBytes(1, styled({ lineEnd: "\r\n", before: ": x\n\n" }, ANSWER)),
    ],
    ["a letter cut in its bytes", chunkBytes(1, reply({ text: "größe 日本 🙂" }))],
    ["a single event of 1 MB", reply({ text: "x".repeat(1_048_576), chunks: 1 })],
  ])("arrives as it was sent, and its usage is read: %s", async (_name, step) => {
    const opened = await openTestGateway();
    opened.anthropic.script(step, step);
    const direct = await read(postMessage(opened.anthropic.url, { model: OPUS, stream: true }));
    const routed = await read(postMessage(opened.url, { model: OPUS, stream: true }));
    const withoutIds = (text: string): string => text.replace(/msg_\w+/g, "msg");
    expect(withoutIds(routed.text)).toBe(withoutIds(direct.text));
    expect(routed.broken).toBe(false);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "ok", usage_source: "body" }]);
  });
});

describe("an encoded answer, though none was asked for", () => {
  it.each(["gzip", "br", "zstd"] as const)("a refusal is still understood: %s", async (encoding) => {
    const opened = await openTestGateway();
    const body = { error: { code: "1308", message: "[1308][Usage limit reached for 5 hour]" } };
    opened.zai.script(compressed(encoding, status(429, body)));
    const seen = await read(postMessage(opened.url, { stream: true }));
    expect([seen.status, seen.lane]).toEqual([200, "anthropic"]);
    expect(opened.gateway.deps.book.snapshot().marks).toMatchObject([{ lane: "zai" }]);
  });

  it("an answer is decodable at the client: encoding and bytes go together", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(compressed("gzip", ANSWER), compressed("gzip", ANSWER));
    const whole = await read(postMessage(opened.url, { model: OPUS }));
    expect(JSON.parse(whole.text)).toMatchObject({ type: "message" });
    const stream = await read(postMessage(opened.url, { model: OPUS, stream: true }));
    expect(names(stream.text).at(-1)).toBe("message_stop");
    expect(stream.broken).toBe(false);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ usage_source: "body" }, { usage_source: "body" }]);
  });

  it("a bomb in a refusal is not unpacked", async () => {
    const opened = await openTestGateway();
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    opened.zai.script(status(429, bomb, { "content-encoding": "gzip" }));
    const before = process.memoryUsage().rss;
    const seen = await read(postMessage(opened.url, { stream: true }));
    expect([seen.status, seen.lane]).toEqual([200, "anthropic"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024);
  });

  it("layers are not unpacked at all", async () => {
    const opened = await openTestGateway();
    const layers = brotliCompressSync(gzipSync(gzipSync("{}")));
    opened.zai.script(status(429, layers, { "content-encoding": "gzip, gzip, br" }));
    const seen = await read(postMessage(opened.url));
    expect([seen.status, seen.lane]).toEqual([200, "anthropic"]);
    await expectSettled(opened);
  });
});
