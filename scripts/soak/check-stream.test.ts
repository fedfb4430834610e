import { describe, expect, it } from "vitest";
import { createStreamCheck, type StreamFinding } from "./check-stream.ts";
import { createChain } from "./pieces.ts";

const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

function deltas(id: string, count: number): string[] {
  const chain = createChain(id);
  return Array.from({ length: count }, () => {
    const data = JSON.stringify({ type: "content_block_delta", delta: { text: chain.next() } });
    return `event: content_block_delta\ndata: ${data}\n\n`;
  });
}

function check(...parts: readonly string[]): StreamFinding {
  const found = createStreamCheck("7");
  for (const part of parts) found.push(part);
  return found.end();
}

const OWN = deltas("7", 4);

describe("a checked stream", () => {
  it("counts what came in order, cut anywhere", () => {
    const text = [...OWN, STOP].join("");
    const whole = { pieces: 4, ending: "stop", fault: null };
    expect(check(text)).toEqual(whole);
    expect(check(...text)).toEqual(whole);
  });

  it("may break off with an error", () => {
    const error = '\nevent: ping\n\nevent: error\ndata: {"type":"error"}\n\n';
    expect(check(...OWN.slice(0, 2), OWN[2]?.slice(0, -9) ?? "", error)).toEqual({
      pieces: 2,
      ending: "error",
      fault: null,
    });
  });

  it.each([
    ["lost", [OWN[0], OWN[2]]],
    ["twice", [OWN[0], OWN[0]]],
    ["late", [OWN[1], OWN[0]]],
    ["another request's", [OWN[0], deltas("8", 2)[1]]],
    ["changed", [OWN[0]?.replace("7/0/", "7/0/0")]],
    ["behind the end", [...OWN, STOP, OWN[0]]],
    ["half an event", [OWN[0]?.replace("data: ", "")]],
  ])("tells of a piece that is %s", (_what, parts) => {
    expect(check(...parts.map((part) => part ?? "")).fault).not.toBeNull();
  });
});
