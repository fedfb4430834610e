import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes } from "../testing/bytes.ts";
import { openMintTap } from "./mint-tap.ts";
import { UNSIGNED } from "./unsigned.ts";

function mints(pieces: readonly string[], isStream: boolean): string[] {
  const noted: string[] = [];
  const tap = openMintTap({ isStream, onMint: (mint) => noted.push(mint) });
  for (const piece of pieces) tap.push(piece);
  tap.end();
  return noted;
}

const event = (data: unknown): string => `event: x\ndata: ${JSON.stringify(data)}\n\n`;
const start = (block: unknown): string =>
  event({ type: "content_block_start", index: 0, content_block: block });
const delta = (inner: unknown): string => event({ type: "content_block_delta", index: 0, delta: inner });

const STREAM = [
  event({ type: "message_start", message: { id: "msg_1", content: [] } }),
  start({ type: "thinking", thinking: "", signature: "" }),
  delta({ type: "thinking_delta", thinking: 'about "signature" and 漢字' }),
  delta({ type: "signature_delta", signature: "sig/1+=" }),
  start({ type: "redacted_thinking", data: "red-1" }),
  start({ type: "text", text: "" }),
  delta({ type: "text_delta", text: '{"type":"tool_use","id":"not this"}' }),
  start({ type: "tool_use", id: "toolu_1", name: "B", input: {} }),
  delta({ type: "input_json_delta", partial_json: '{"signature":"nor this"}' }),
  start({ type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} }),
  start({ type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] }),
  event({ type: "message_stop" }),
].join("");
const MINTED = ["sig/1+=", "red-1", "toolu_1", "srvtoolu_1"];

const latin1 = (text: string): string =>
  Array.from(bytes(text), (byte) => String.fromCharCode(byte)).join("");
const cut = (text: string, at: number): string[] => [text.slice(0, at), text.slice(at)];

describe("a stream", () => {
  it.each([
    ["LF", STREAM],
    ["CRLF", STREAM.replaceAll("\n", "\r\n")],
    ["CR", STREAM.replaceAll("\n", "\r")],
    ["no space", STREAM.replaceAll("data: ", "data:")],
    ["latin1", latin1(STREAM)],
    ["no last blank line", STREAM.trimEnd()],
  ])("gives all that was minted, cut at every character: %s", (_, source) => {
    for (let at = 0; at <= source.length; at += 1) expect(mints(cut(source, at), true)).toEqual(MINTED);
    expect(mints([...source], true)).toEqual(MINTED);
  });

  it("names thinking that ends without a signature, and no other", () => {
    const stop = (index: number): string => event({ type: "content_block_stop", index });
    const block = (index: number, more: object): string =>
      event({
        type: "content_block_start",
        index,
        content_block: { type: "thinking", thinking: "", ...more },
      });
    const sign = (index: number, signature: string): string =>
      event({ type: "content_block_delta", index, delta: { type: "signature_delta", signature } });
    const source = [
      ...[block(0, {}), stop(0), block(1, { signature: "" }), sign(1, ""), stop(1)],
      ...[block(2, {}), sign(2, "s2"), stop(2), block(3, { signature: "s3" }), stop(3)],
      ...[block(4, {}), event({ type: "message_stop" })],
    ].join("");
    expect(mints([source], true)).toEqual([UNSIGNED, UNSIGNED, "s2", "s3"]);
    expect(mints([...source.replaceAll('"type":', '"type": ')], true)).toEqual([
      UNSIGNED,
      UNSIGNED,
      "s2",
      "s3",
    ]);
    const content = [
      { type: "thinking", thinking: "a" },
      { type: "thinking", signature: "s" },
    ];
    expect(mints([JSON.stringify({ content })], false)).toEqual([UNSIGNED, "s"]);
  });

  it.each([
    ["broken JSON", 'data: {"type":"content_block_start","content_block":{"type":"tool_use"\n\n'],
    ["other events", event({ type: "x", content_block: { type: "tool_use", id: "a" } })],
    ["other deltas", delta({ type: "x", signature: "a" })],
    ["ids that are no text", start({ type: "tool_use", id: 5 })],
    ["a list", 'data: ["tool_use"]\n\n'],
    ["no object at all", 'data: "tool_use"\n\ndata: null "signature"\n\n'],
    ["a block that is none", event({ type: "content_block_start", content_block: "tool_use" })],
    ["comments and other fields", ': "tool_use"\nid: "tool_use"\n\n'],
  ])("gives nothing for %s", (_, source) => {
    expect(mints([source], true)).toEqual([]);
  });

  it("reads on behind an event beyond its bound", () => {
    const large = start({ type: "tool_use", id: "lost", input: "x".repeat(1_048_576) });
    const lines = `data: ${"x".repeat(700_000)}\ndata: ${"x".repeat(700_000)}\n\n`;
    expect(mints([large, lines, STREAM], true)).toEqual(MINTED);
    const pieces = Array.from({ length: 20 }, (_, i) => large.slice(i * 100_000, (i + 1) * 100_000));
    expect(mints([...pieces, STREAM], true)).toEqual(MINTED);
  });

  it("reads a last event without any line end", () => {
    expect(mints([start({ type: "tool_use", id: "a" }).trimEnd()], true)).toEqual(["a"]);
  });

  it("joins the lines of one event", () => {
    expect(
      mints(
        ['data: {"type":"content_block_start",\ndata: "content_block":{"type":"tool_use","id":"a"}}\n\n'],
        true,
      ),
    ).toEqual(["a"]);
  });

  it("takes nothing after its end", () => {
    const noted: string[] = [];
    const tap = openMintTap({ isStream: true, onMint: (mint) => noted.push(mint) });
    tap.end();
    tap.push(STREAM);
    tap.end();
    expect(noted).toEqual([]);
  });
});

describe("a JSON answer", () => {
  const answer = JSON.stringify({
    id: "msg_1",
    content: [
      { type: "thinking", thinking: "漢", signature: "sig/1+=" },
      { type: "redacted_thinking", data: "red-1" },
      { type: "text", text: '"signature"' },
      { type: "tool_use", id: "toolu_1", input: { type: "tool_use", id: "not this" } },
      { type: "server_tool_use", id: "srvtoolu_1" },
      null,
    ],
  });

  it.each([
    ["UTF-8", answer],
    ["latin1", latin1(answer)],
    ["escaped", answer.replace("sig/1+=", "sig\\/1\\u002b=")],
  ])("gives all that was minted: %s", (_, source) => {
    expect(mints([...source], false)).toEqual(MINTED);
  });

  it.each(["", "{", '{"signature"', '{"content":"tool_use","signature":"a"}', '["tool_use"]', "null"])(
    "gives nothing for %j",
    (source) => {
      expect(mints([source], false)).toEqual([]);
    },
  );

  it("beyond its bound is let by", () => {
    const large = answer.replace("msg_1", "m".repeat(8 * 1024 * 1024));
    expect(mints([large], false)).toEqual([]);
    expect(mints([large.slice(0, 100), large.slice(100), ""], false)).toEqual([]);
  });
});

it("never throws, whatever the text", () => {
  const noise = fc.string({ unit: fc.constantFrom(...'data: {}[]"\\,\r\n', '"tool_use"', '"type"') });
  fc.assert(
    fc.property(fc.array(noise), fc.boolean(), (pieces, isStream) => {
      expect(mints(pieces, isStream)).toEqual([]);
    }),
  );
});
