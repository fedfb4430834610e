import { describe, expect, it } from "vitest";
import { bytes } from "./testing/bytes.ts";
import { assistant, repair, repaired, user, withMessages } from "./testing/repair.ts";

const FOREIGN = { thinking: "strip_foreign" } as const;
const PLACEHOLDER = '{"type":"text","text":"(no content)"}';
const own = '{"type":"thinking","thinking":"a","signature":"sig-own-1"}';
const other = '{"type":"thinking","thinking":"b","signature":"sig-zai-1"}';
const text = '{"type":"text","text":"c"}';

const content = (list: string): string => withMessages(user('"q"'), assistant(list));

describe("strip_thinking", () => {
  it.each([
    ["first", `[${other},${text}]`, `[${text}]`],
    ["last", `[${text},${other}]`, `[${text}]`],
    ["between", `[${text},${other},${own}]`, `[${text},${own}]`],
    ["two in a row", `[${other},${other},${text}]`, `[${text}]`],
    ["all there is", `[${other}]`, `[${PLACEHOLDER}]`],
    ["with white space", `[ ${other} ,\n ${text}\t]`, `[${text}\t]`],
    ["all there is, with white space", `[ ${other}\t]`, `[ ${PLACEHOLDER}\t]`],
    ["with white space, last", `[ ${text} ,\n ${other}\t]`, `[ ${text}\t]`],
    ["redacted", '[{"type":"redacted_thinking","data":"x"}]', `[${PLACEHOLDER}]`],
    ["without a signature", `[{"type":"thinking","thinking":""},${text}]`, `[${text}]`],
    ["with an empty one", `[{"signature":"","type":"thinking"},${text}]`, `[${text}]`],
    ["with one that is no text", `[{"signature":5,"type":"thinking"},${text}]`, `[${text}]`],
    ["spelled with escapes", `[{"type":"thin\\u006bing","signature":"x"},${text}]`, `[${text}]`],
  ])("%s", (_, before, after) => {
    expect(repaired(content(before), FOREIGN)).toBe(content(after));
    expect(repair(content(before), FOREIGN).repairs).toEqual(["strip_thinking"]);
  });

  it.each([
    ["own thinking", `[${own},${text}]`],
    ["own thinking, escaped", '[{"type":"thinking","signature":"\\u0073ig-own-2"}]'],
    ["own redacted thinking", '[{"type":"redacted_thinking","data":"sig-own-3"}]'],
    ["text that tells of thinking", '"{\\"type\\":\\"thinking\\"}"'],
    [
      "a tool's input that looks like it",
      `[{"type":"tool_use","id":"x","name":"n","input":{"type":"thinking"}}]`,
    ],
    ["blocks of no known type", '[{"type":"new_thinking"},{"no":"type"},7,null]'],
  ])("keeps %s", (_, list) => {
    const chunks = [bytes(content(list))];
    const result = repair("", FOREIGN, { chunks });
    expect(result.repairs).toEqual([]);
    expect(result.chunks).toBe(chunks);
  });

  it("asks with the signature as it reads", () => {
    const asked: string[] = [];
    const isOwnSignature = (signature: string): boolean => asked.push(signature) > 0;
    repair(content('[{"type":"thinking","signature":"a\\/b\\u002bé"}]'), FOREIGN, { isOwnSignature });
    expect(asked).toEqual(["a/b+é"]);
  });

  it("takes out all thinking for the retry, on the same lane too", () => {
    const needs = { thinking: "strip_all" } as const;
    const isOwnSignature = (): boolean => true;
    const result = repaired(content(`[${own},${other},${text}]`), needs, {
      crossLane: false,
      isOwnSignature,
    });
    expect(result).toBe(content(`[${text}]`));
  });

  it("leaves other chunks the same objects", () => {
    const chunks = [
      bytes('{"model":"m","messages":['),
      bytes(`${user('"q"')},`),
      bytes(assistant(`[${other},${text}]`)),
      bytes(`,${user('"r"')}`),
      bytes("]}"),
    ];
    const result = repair("", FOREIGN, { chunks }).chunks;
    expect(result[0]).toBe(chunks[0]);
    expect(result[1]).toBe(chunks[1]);
    expect(result.slice(-2)).toEqual(chunks.slice(-2));
    expect(result.at(-1)).toBe(chunks.at(-1));
    expect(result.at(-2)).toBe(chunks.at(-2));
  });
});
