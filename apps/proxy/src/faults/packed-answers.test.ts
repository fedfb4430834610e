import { gzipSync } from "node:zlib";
import { type Step, sse, status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, messageBody, parseSse, postMessage } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";
import { openSocket, rawMessage } from "./raw-client.ts";

const START =
  'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":0}}}\n\n';
const DELTA = `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${"a".repeat(900)}"}}\n\n`;
const END =
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n';
/** Far more than a connection holds once it is unpacked, far less than it holds packed. */
const LONG = START + DELTA.repeat(8_000) + END;

const packed = (text: string): Step => sse(gzipSync(text), { "content-encoding": "gzip" });

it("a packed answer that has come whole is given up when its client leaves without having read it", async () => {
  const opened = await openTestGateway();
  opened.zai.script(packed(LONG));
  const client = await openSocket(opened.url);
  client.write(String(rawMessage(messageBody({ stream: true }))).replace("PORT", new URL(opened.url).port));
  client.pause();
  await expect.poll(() => opened.zai.requests.length).toBe(1);
  expect(await opened.zai.requests[0]?.ended).toBe("answered");
  client.destroy();
  await expectSettled(opened);
  expect(opened.completions()).toMatchObject([{ status: 499, reason: "client_closed" }]);
});

describe("an answer whose head speaks of packing", () => {
  it.each(["identity", "Identity", ""])("in the word %j is a stream like any other", async (word) => {
    const opened = await openTestGateway();
    opened.zai.script(sse(START + END, { "content-encoding": word }));
    const answer = await postMessage(opened.url, { model: HAIKU, stream: true });
    expect([answer.headers.get("content-encoding"), await answer.text()]).toEqual([null, START + END]);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ usage_source: "body", output_tokens: 5 }]);
  });

  it("and begins with an error still goes to the next lane", async () => {
    const opened = await openTestGateway();
    const error =
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n';
    opened.zai.script(sse(error, { "content-encoding": "identity" }));
    const answer = await postMessage(opened.url, { stream: true });
    expect(answer.headers.get("x-ccp-lane")).toBe("anthropic");
    expect(parseSse(await answer.text())[0]?.event).toBe("message_start");
  });

  it.each([
    ["is empty", ""],
    ["is not packed", "slow down"],
  ])("keeps the status and the wait of a refusal that %s", async (_name, body) => {
    const opened = await openTestGateway();
    opened.zai.script(status(429, body, { "content-encoding": "gzip", "retry-after": "7" }));
    const answer = await postMessage(opened.url, { model: "glm-5" });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(await answer.json()).toMatchObject({ type: "error" });
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ status: 429, err_type: "429" }]);
  });
});
