import { describe, expect, it } from "vitest";
import { bytes, text } from "../testing/bytes.ts";
import type { Body } from "./body.ts";
import { readBody } from "./read-body.ts";
import { writeBody } from "./write-body.ts";

function read(source: string): Body {
  const reading = readBody([bytes(source)]);
  if (!reading.success) throw new Error(reading.issue);
  return reading.body;
}

const issue = (source: string): string | null => {
  const reading = readBody([bytes(source)]);
  return reading.success ? null : reading.issue;
};

describe("readBody", () => {
  it("knows where things stand", () => {
    const source = '{"a":1, "messages":[{"role":"assistant","content":[ {"type":"tool_use","id":"x"} ] } ]}';
    const { members, messages, list, messageList } = read(source);
    const message = messages?.[0];
    const at = (part: { start: number; end: number } | null | undefined): string =>
      source.slice(part?.start, part?.end);
    expect(members.map(({ name }) => name)).toEqual(["a", "messages"]);
    expect(source.slice(members[1]?.gap, members[1]?.start)).toBe(", ");
    expect(at(list)).toBe(source);
    expect(at(messageList)).toBe(source.slice(19, -1));
    expect(source.slice(messageList?.tail, messageList?.end)).toBe(" ]");
    expect(message?.role).toBe("assistant");
    expect(at(message?.blocks?.[0])).toBe('{"type":"tool_use","id":"x"}');
    expect(at(message?.blocks?.[0]?.idSpan)).toBe('"x"');
    expect(source.slice(message?.list?.tail, message?.list?.end)).toBe(" ]");
    expect(source.slice(message?.tail ?? 0, message?.end)).toBe(" }");
  });

  it("is not led astray by messages inside other values and strings", () => {
    const source = `{"x":{"messages":[{"role":"user"}]},"y":"{\\"messages\\":[]}","messages":[{"role":"system"}]}`;
    expect(read(source).messages?.map(({ role }) => role)).toEqual(["system"]);
  });

  it("takes the last of two equal keys in a block, as JSON.parse does", () => {
    const source =
      '{"messages":[{"role":"a","role":"b","content":"1","content":[{"type":"x","type":"text"}]}]}';
    const message = read(source).messages?.[0];
    expect([message?.role, message?.text, message?.blocks?.[0]?.type]).toEqual(["b", null, "text"]);
  });

  it("reads escaped keys and types", () => {
    const source =
      '{"m\\u0065ssages":[{"r\\u006fle":"\\u0075ser","content":[{"ty\\u0070e":"thin\\u006bing"}]}]}';
    const message = read(source).messages?.[0];
    expect([message?.role, message?.blocks?.[0]?.type]).toEqual(["user", "thinking"]);
  });

  it.each([
    ["", "not_json"],
    ["[]", "not_json"],
    ["{", "not_json"],
    ['{"a":1', "not_json"],
    ['{"a":1}}', "not_json"],
    ['{"a" 1}', "not_json"],
    ['{"a":}', "not_json"],
    ['{"a":1 "b":2}', "not_json"],
    ['{"messages":[1,]}', "not_json"],
    ['{"messages":[{"content":[}]}', "not_json"],
    ['{"messages":"x', "not_json"],
    ['{"messages":[],"messages":[]}', "duplicate_key"],
    ['{"messages":[],"Messages":[]}', "duplicate_key"],
    ['{"thinking":{},"x":1,"thinking":{}}', "duplicate_key"],
    ['{"x":1,"x":2}', null],
    [`{"x":${"[".repeat(127)}${"]".repeat(127)}}`, null],
    [`{"x":${"[".repeat(128)}${"]".repeat(128)}}`, "too_deep"],
    [`{"messages":[{"content":[${"[".repeat(124)}${"]".repeat(124)}]}]}`, null],
    [`{"messages":[{"content":[${"[".repeat(125)}${"]".repeat(125)}]}]}`, "too_deep"],
    [`{"messages":[${"1,".repeat(199_999)}1]}`, null],
    [`{"messages":[${"1,".repeat(200_000)}1]}`, "too_many"],
    [`{"messages":[{"content":[${"1,".repeat(200_001)}1]}]}`, "too_many"],
  ])("%.40s: %s", (source, expected) => {
    expect(issue(source)).toBe(expected);
  });

  it("keeps a byte order mark and what stands around the object", () => {
    const source = '\ufeff \n{"messages":[]}\r\n';
    expect(text(writeBody(read(source)))).toBe(source.slice(1));
    expect(writeBody(read(source))).toEqual([bytes(source)]);
  });
});
