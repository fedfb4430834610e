import { gzipSync } from "node:zlib";
import {
  cutAfterEvents,
  errorAfterEvents,
  raw,
  reply,
  type Step,
  sse,
  stallAfterEvents,
} from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, parseSse, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const WORDS = "one two three four";
/** message_start, content_block_start: nothing has been said yet. */
const BEFORE_CONTENT = 2;

function open(answers: string): Promise<TestGateway> {
  return openTestGateway({
    catalog: (urls) =>
      testCatalog(urls).replace("    dialect: zai\n", `    dialect: zai\n    answers: { ${answers} }\n`),
  });
}

interface Read {
  readonly lane: string | null;
  readonly events: readonly string[];
  /** The connection ended before its answer did. */
  readonly broken: boolean;
}

async function read(url: string): Promise<Read> {
  const answer = await postMessage(url, { model: HAIKU, stream: true });
  const lane = answer.headers.get("x-ccp-lane");
  let text = "";
  try {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString("latin1");
    return { lane, events: names(text), broken: false };
  } catch {
    return { lane, events: names(text), broken: true };
  }
}

function names(text: string): string[] {
  return parseSse(text).map(({ event }) => event);
}

describe("hold: first_content", () => {
  it.each<[string, Step]>([
    ["an error before anything was said", errorAfterEvents(BEFORE_CONTENT, "overloaded_error", "Overloaded")],
    ["a stream that ends before anything was said", cutAfterEvents(BEFORE_CONTENT, "fin", reply())],
    ["a stream that breaks before anything was said", cutAfterEvents(BEFORE_CONTENT, "rst", reply())],
  ])("gives to the next lane %s", async (_name, step) => {
    const opened = await open("hold: first_content");
    opened.zai.script(step);
    const seen = await read(opened.url);
    expect([seen.lane, seen.broken]).toEqual(["anthropic", false]);
    expect(seen.events.filter((name) => name === "message_start")).toHaveLength(1);
    expect(seen.events.at(-1)).toBe("message_stop");
    expect(opened.zai.requests).toHaveLength(1);
  });

  it("passes a whole stream on as it came", async () => {
    const opened = await open("hold: first_content");
    opened.zai.script(reply({ text: WORDS }));
    const seen = await read(opened.url);
    expect([seen.lane, seen.events[0], seen.events.at(-1)]).toEqual(["zai", "message_start", "message_stop"]);
  });

  it("is off by default: what has begun is the client's, error and all", async () => {
    const opened = await open("hold: first_event");
    opened.zai.script(errorAfterEvents(BEFORE_CONTENT, "overloaded_error", "Overloaded"));
    const seen = await read(opened.url);
    expect([seen.lane, seen.events.at(-1)]).toEqual(["zai", "error"]);
    expect(opened.anthropic.requests).toHaveLength(0);
  });
});

/** Everything but the last event. */
const NO_STOP = sse(
  [
    'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":0}}}\n\n',
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n',
    'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}\n\n',
  ].join(""),
);

describe("missing_stop", () => {
  it.each<[string, string, string, boolean]>([
    ["complete", "message_stop", "ok", false],
    ["error", "error", "truncated", true],
  ])("%s: ends in %s", async (setting, last, reason, broken) => {
    const opened = await open(`missing_stop: ${setting}`);
    opened.zai.script(NO_STOP);
    const seen = await read(opened.url);
    expect([seen.events.at(-1), seen.broken]).toEqual([last, broken]);
    await expect.poll(() => opened.completions()).toHaveLength(1);
    expect(opened.completions()).toMatchObject([{ reason }]);
  });
});

describe("a packed stream", () => {
  it("is passed on event by event, not when its sender is done", async () => {
    const opened = await open("hold: first_event");
    const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n";
    const first = gzipSync('event: message_start\ndata: {"type":"message_start","message":{}}\n\n');
    opened.zai.script(raw(Buffer.concat([Buffer.from(head), first]), "open"));
    const answer = await postMessage(opened.url, { model: HAIKU, stream: true });
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toContain("event: message_start");
    await reader?.cancel();
  });

  it("that is not what it says it is goes to the next lane", async () => {
    const opened = await open("hold: first_event");
    const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n";
    opened.zai.script(raw(`${head}event: message_start\ndata: {}\n\n`, "fin"));
    const seen = await read(opened.url);
    expect([seen.lane, seen.events.at(-1)]).toEqual(["anthropic", "message_stop"]);
  });

  it("that breaks off in the middle ends in an error event", async () => {
    const opened = await open("hold: first_event");
    const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n";
    const events = `event: message_start\ndata: {"type":"message_start","message":{}}\n\n: ${"x".repeat(200_000)}${Math.PI}\n\n`;
    const packed = Buffer.concat([gzipSync(events.slice(0, 90)), gzipSync(events.slice(90))]);
    opened.zai.script(raw(Buffer.concat([Buffer.from(head), packed.subarray(0, -12)]), "fin"));
    const seen = await read(opened.url);
    expect([seen.lane, seen.events.at(-1), seen.broken]).toEqual(["zai", "error", true]);
    await expect.poll(() => opened.completions()).toHaveLength(1);
    expect(opened.completions()[0]?.reason).not.toBe("ok");
  });
});

describe("a stream that goes silent", () => {
  it("is ended by the idle limit, and its lane is marked for the next request", async () => {
    const opened = await openTestGateway({ settings: { sseIdleTimeoutMs: 100 } });
    opened.zai.script(stallAfterEvents(3, reply({ text: WORDS })));
    const seen = await read(opened.url);
    expect([seen.events.at(-1), seen.broken]).toEqual(["error", true]);
    await expect.poll(() => opened.completions()).toHaveLength(1);
    expect(opened.completions()).toMatchObject([{ reason: "stream_timeout", err_type: "idle_timeout" }]);
  });
});
