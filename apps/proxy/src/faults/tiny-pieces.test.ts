import { raw, type Step } from "@ccp/mock-upstream";
import { describe, expect, it, onTestFinished } from "vitest";
import { OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";

/** An answer whose chunks all lie in one write, as a busy upstream's do. */
function inChunks(status: number, type: string, body: string, size: number): Step {
  const pieces = body.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("");
  const head = `HTTP/1.1 ${status} x\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`;
  return raw(`${head}${chunks}0\r\n\r\n`, "open");
}

describe("an answer in thousands of pieces", () => {
  it("is passed on whole, however long its first event takes to be so", async () => {
    const opened = await openTestGateway();
    const first = `event: message_start\ndata: {"type":"message_start","x":"${"y".repeat(48_000)}"}\n\n`;
    const text = `${first}event: message_stop\ndata: {"type":"message_stop"}\n\n`;
    opened.anthropic.script(inChunks(200, "text/event-stream", text, 8));
    const answer = await postMessage(opened.url, { model: OPUS, stream: true });
    expect(await answer.text()).toBe(text);
  });

  it("adds no heap of listeners where the client is slower", async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));
    const opened = await openTestGateway();
    const body = JSON.stringify({ type: "error", error: { type: "x", message: "z".repeat(250_000) } });
    opened.anthropic.script(inChunks(400, "application/json", body, 1_024));
    const answer = await postMessage(opened.url, { model: OPUS });
    expect(await answer.text()).toBe(body);
    await expectSettled(opened);
    expect(warnings).toEqual([]);
  });
});
