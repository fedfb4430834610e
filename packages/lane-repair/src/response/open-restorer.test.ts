import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, chop, cuts, text } from "../testing/bytes.ts";
import { writeJson } from "../testing/write-json.ts";
import { openRestorer, type RestorerOptions } from "./open-restorer.ts";

const NO_IDS: ReadonlyMap<string, string> = new Map();
const stream = (model: string | null, toolIds = NO_IDS): RestorerOptions => ({
  isStream: true,
  model,
  toolIds,
});
const whole = (model: string | null, toolIds = NO_IDS): RestorerOptions => ({
  isStream: false,
  model,
  toolIds,
});

function restore(chunks: readonly Uint8Array[], options: RestorerOptions): string {
  const restorer = openRestorer(options);
  return text([...chunks.flatMap((chunk) => restorer.push(chunk)), ...restorer.end()]);
}

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../../fixtures/protocol/${name}`, import.meta.url), "utf8");

const START = 'data: {"type":"message_start","message":{"id":"m","model":"glm-4.7","usage":{}}}\n\n';

describe("the model's name", () => {
  it("repeats the documented example", () => {
    const restorer = openRestorer(whole("claude-haiku-4-5"));
    const pushed = restorer.push(bytes('{"type":"message","model":"glm-4.7"}'));
    expect(text(pushed)).toBe('{"type":"message","model":"claude-haiku-4-5"}');
    expect(restorer.end()).toEqual([]);
    expect(restorer.restored).toEqual(["restore_model"]);
  });

  it.each([
    ["anthropic/stream-basic.sse", "claude-sonnet-5"],
    ["anthropic/stream-crlf-split.sse", "claude-sonnet-5"],
    ["zai/stream.sse", "glm-5.3"],
    ["local/vllm-stream.sse", "qwen"],
  ])("is restored in %s, cut at every byte", (name, model) => {
    const source = fixture(name);
    const expected = source.replace(`"${model}"`, '"asked-for é"'.replace("é", "\\u00e9"));
    expect(expected).not.toBe(source);
    const all = bytes(source);
    for (let at = 0; at <= all.length; at += 1) {
      expect(restore([all.subarray(0, at), all.subarray(at)], stream("asked-for é"))).toBe(expected);
    }
    expect(
      restore(
        Array.from(all, (byte) => Uint8Array.of(byte)),
        stream("asked-for é"),
      ),
    ).toBe(expected);
  });

  it.each(["zai/message.json", "anthropic/message.json"])("is restored in %s, byte by byte", (name) => {
    const source = fixture(name);
    const { model } = JSON.parse(source);
    const single = Array.from(bytes(source), (byte) => Uint8Array.of(byte));
    expect(restore(single, whole("asked"))).toBe(source.replace(`"${model}"`, '"asked"'));
  });

  it.each([
    ["spelled with escapes", '{"mod\\u0065l":"gl\\u006d"}', '{"mod\\u0065l":"a"}'],
    ["behind decoys", '{"x":{"model":"m"},"y":"\\"model\\":\\"m\\"","z":["model"],"model" : "m" }', null],
    ["once", '{"model":"m","model":"n"}', '{"model":"a","model":"n"}'],
    ["with an escaped quote", '{"model":"m\\"n\\\\"}', '{"model":"a"}'],
  ])("is found %s", (_, before, after) => {
    expect(restore([bytes(before)], whole("a"))).toBe(
      after ?? before.replace('"model" : "m"', '"model" : "a"'),
    );
  });

  it.each([
    ["an error", '{"type":"error","error":{"model":"m","message":"x"}}'],
    ["a model that is no text", '{"model":{"model":"m"}}'],
    ["a list", '[{"model":"m"}]'],
    ["half an answer", '{"model":"m'],
    ["half a character", '{"model":"\\'],
    ["no JSON", '<html>"model":"m"</html>}]'],
    ["something else", '"model":"m"'],
    ["a name beyond all names", `{"model":"${"m".repeat(5000)}"}`],
  ])("%s passes as it came", (_, source) => {
    expect(restore([bytes(source)], whole("a"))).toBe(source);
    expect(
      restore(
        Array.from(bytes(source), (byte) => Uint8Array.of(byte)),
        whole("a"),
      ),
    ).toBe(source);
  });

  it.each([
    [
      "in other fields",
      `event: x\nid: "model"\n: {"message":{"model":"m"}}\nretry: {"message":{"model":"m"}}\n\n`,
    ],
    ["at another depth", 'data: {"model":"m"}\n\ndata: {"a":{"message":{"model":"m"}}}\n\n'],
    ["in a text", 'data: {"delta":{"text":"{\\"message\\":{\\"model\\":\\"m\\"}}"}}\n\n'],
    ["in an open string", 'data: {"message":{"model":"m\n\n'],
    ["in an event that broke off", 'data: {"message":{"model":"m'],
    ["in a line of another name", 'datax: {"message":{"model":"m"}}\n\n'],
  ])("is left alone %s", (_, source) => {
    expect(restore([bytes(source)], stream("a"))).toBe(source);
    expect(
      restore(
        Array.from(bytes(source), (byte) => Uint8Array.of(byte)),
        stream("a"),
      ),
    ).toBe(source);
  });

  it.each([
    ["bare CRs", START.replaceAll("\n", "\r")],
    ["no space", START.replace("data: ", "data:")],
    ["a byte order mark", `\ufeff${START}`],
    ["a broken event before", `data: {"message":{"model":"x\n\n${START}`],
    ["an unbalanced event before", `data: }}}{"message":{"model":"x"\n\n${START}`],
    ["JSON over several lines", START.replace(',"message"', '\ndata: ,"message"')],
    ["events of a name", `event: message_start\n${START}event: ping\ndata: {"type":"ping"}\n\n`],
  ])("is restored with %s", (_, source) => {
    const expected = source.replace("glm-4.7", "a").replace("\ufeff", "");
    expect(restore([bytes(source)], stream("a"))).toBe(expected);
    expect(
      restore(
        Array.from(bytes(source), (byte) => Uint8Array.of(byte)),
        stream("a"),
      ),
    ).toBe(expected);
  });

  it("passes the same objects on once it is restored, and where it is the same", () => {
    const restorer = openRestorer(stream("glm-4.7"));
    const [first, second] = [bytes(START), bytes('data: {"message":{"model":"m"}}\n\n')];
    expect(restorer.push(first)[0]).toBe(first);
    expect(restorer.push(second)[0]).toBe(second);
    expect(restorer.restored).toEqual([]);
    expect(openRestorer(whole(null)).push(first)[0]).toBe(first);
  });

  it("gives nothing for nothing, nor after the end", () => {
    const restorer = openRestorer(whole("a"));
    expect(restorer.push(new Uint8Array(0))).toEqual([]);
    expect(restorer.push(bytes('{"model":"m'))).toEqual([bytes('{"model":')]);
    expect(restorer.end()).toEqual([bytes('"m')]);
    expect(restorer.end()).toEqual([]);
    expect(restorer.push(bytes("x"))).toEqual([]);
  });
});

describe("tool ids", () => {
  const ids = new Map([
    ["toolu_x", "a:b"],
    ["sent", 'old"é'],
  ]);

  it("are restored wherever one stands whole", () => {
    const source = `{"content":[{"type":"tool_use","id":"toolu_x","input":{"id":"sent","note":"sent"}},{"tool_use_id":"toolu_x","id":"toolu_xx"}]}`;
    const restorer = openRestorer(whole(null, ids));
    expect(text(restorer.push(bytes(source)))).toBe(
      `{"content":[{"type":"tool_use","id":"a:b","input":{"id":"old\\"\\u00e9","note":"sent"}},{"tool_use_id":"a:b","id":"toolu_xx"}]}`,
    );
    expect(restorer.restored).toEqual(["restore_tool_ids"]);
  });

  it("are restored in streams, in every event, with the model", () => {
    const source = `${START}data: {"content_block":{"type":"tool_use","id":"toolu_x"}}\n\ndata: {"delta":{"partial_json":"\\"id\\":\\"toolu_x\\""}}\n\n`;
    const expected = source.replace("glm-4.7", "a").replace('"id":"toolu_x"}', '"id":"a:b"}');
    expect(restore([bytes(source)], stream("a", ids))).toBe(expected);
  });
});

describe("any answer, cut anywhere", () => {
  const key = fc.constantFrom("model", "id", "tool_use_id", "message", "text", "é");
  const value = fc.constantFrom("glm", "toolu_x", "sent", "x", "\n", '"', "漢😀");
  const json = fc.letrec((tie) => ({
    node: fc.oneof({ depthSize: "small" }, value, fc.constantFrom(1, null, true), tie("list"), tie("object")),
    list: fc.array(tie("node"), { maxLength: 3 }),
    object: fc.dictionary(key, tie("node"), { maxKeys: 4 }),
  })).object;
  const ids = new Map([
    ["toolu_x", "a:b"],
    ["sent", ""],
  ]);
  const restored = (item: unknown): unknown =>
    JSON.parse(JSON.stringify(item), (name, held) =>
      (name === "id" || name === "tool_use_id") && typeof held === "string" ? (ids.get(held) ?? held) : held,
    );

  it("is restored as its parsed value would be", () => {
    fc.assert(
      fc.property(json, fc.nat(), cuts, (answer, seed, at) => {
        const out = restore(chop(bytes(writeJson(answer, seed)), at), whole("asked", ids));
        const expected = restored(answer) as Record<string, unknown>;
        if (typeof expected.model === "string") expected.model = "asked";
        expect(JSON.parse(out)).toEqual(expected);
      }),
      { numRuns: 600 },
    );
  });

  it("passes byte for byte where nothing is to be restored", () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.tuple(json, fc.nat()).map(([answer, seed]) => bytes(`data: ${writeJson(answer, seed)}\n\n`)),
      fc.string({ unit: fc.constantFrom(...'data: {}[]"\\,model\r\n') }).map(bytes),
    );
    const none = new Map([["never there", "x"]]);
    fc.assert(
      fc.property(anything, cuts, fc.boolean(), (answer, at, isStream) => {
        const restorer = openRestorer({ isStream, model: null, toolIds: none });
        const out = [...chop(answer, at).flatMap((chunk) => restorer.push(chunk)), ...restorer.end()];
        expect(out.flatMap((chunk) => [...chunk])).toEqual([...answer]);
      }),
      { numRuns: 1000 },
    );
  });

  it("holds back no more than one token", () => {
    const restorer = openRestorer(whole("a"));
    const source = bytes(`{"model":"${"m".repeat(20_000)}"}`);
    let out = 0;
    let held = 0;
    source.forEach((_, i) => {
      out += restorer.push(source.slice(i, i + 1)).reduce((size, chunk) => size + chunk.length, 0);
      held = Math.max(held, i + 1 - out);
    });
    expect(held).toBe(4096);
    expect(out).toBe(source.length);
  });
});
