import { describe, expect, it } from "vitest";
import { assistant, call, repair, repaired, result, user } from "./testing/repair.ts";

const thought = '{"type":"thinking","thinking":"a","signature":"sig-own"}';
const foreign = '{"type":"thinking","thinking":"a","signature":"sig-zai"}';
const tools = (before = ""): string => `${assistant(`[${before}${call("a")}]`)},${user(`[${result("a")}]`)}`;
const body = (thinking: string, messages: string, more = ""): string =>
  `{"model":"m",${thinking}"messages":[${messages}]${more}}`;
const ENABLED = '"thinking":{"type":"enabled","budget_tokens":4000},';
const OFF = '"thinking":{"type":"disabled"},';

describe("thinking_off in an open tool turn", () => {
  const needs = { thinkingOff: "open_tool_turn" } as const;

  it("turns thinking off where the turn does not begin with thinking", () => {
    expect(repaired(body(ENABLED, tools()), needs)).toBe(body(OFF, tools()));
    expect(repair(body(ENABLED, tools()), needs).repairs).toEqual(["thinking_off"]);
  });

  it("follows from thinking that was taken out", () => {
    const both = { ...needs, thinking: "strip_foreign" } as const;
    expect(repaired(body(ENABLED, tools(`${foreign},`)), both)).toBe(body(OFF, tools()));
    expect(repair(body(ENABLED, tools(`${thought},`)), both).repairs).toEqual([]);
  });

  it("leaves out context editing that needs thinking", () => {
    const clearing = ',"context_management":{"edits":[{"type":"clear_thinking_20251015"}]},"stream":true';
    expect(repaired(body(ENABLED, tools(), clearing), needs)).toBe(body(OFF, tools(), ',"stream":true'));
    const escaped = ',"context_management":{"edits":[{"type":"clear\\u005fthinking_20251015"}]}';
    expect(repaired(body(ENABLED, tools(), escaped), needs)).toBe(body(OFF, tools()));
    const other = ',"context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]}';
    expect(repaired(body(ENABLED, tools(), other), needs)).toBe(body(OFF, tools(), other));
  });

  it.each([
    ["adaptive thinking", body('"thinking":{"type":"adaptive"},', tools())],
    ["no thinking", body("", tools())],
    ["a setting that is no object", body('"thinking":"enabled",', tools())],
    ["a turn that begins with thinking", body(ENABLED, tools(`${thought},`))],
    ["a finished tool turn", body(ENABLED, `${tools()},${assistant('"done"')},${user('"next"')}`)],
    ["a conversation's first message", body(ENABLED, user('"q"'))],
    ["no messages", '{"thinking":{"type":"enabled"}}'],
  ])("leaves %s alone", (_, source) => {
    expect(repair(source, needs).repairs).toEqual([]);
  });

  it("is for conversations that changed lanes, and for the retry without thinking", () => {
    expect(repair(body(ENABLED, tools()), needs, { crossLane: false }).repairs).toEqual([]);
    const retry = { ...needs, thinking: "strip_all" } as const;
    expect(repaired(body(ENABLED, tools(`${thought},`)), retry, { crossLane: false })).toBe(
      body(OFF, tools()),
    );
  });
});

describe("thinking_off in any tool turn", () => {
  const needs = { thinkingOff: "any_tool_turn" } as const;
  const later = `${tools()},${assistant('"done"')},${user('"next"')}`;

  it.each([
    ["enabled", body(ENABLED, later), body(OFF, later)],
    ["adaptive", body('"thinking":{"type":"adaptive"},', later), body(OFF, later)],
    ["absent", body("", later), body("", later, ',"thinking":{"type":"disabled"}')],
    ["absent, nothing behind", '{"messages":[]}', '{"messages":[]}'],
  ])("where thinking is %s", (_, before, after) => {
    expect(repaired(before, needs)).toBe(after);
  });

  it.each([
    ["thinking that is off", body(OFF, later)],
    ["tool turns with thinking", body(ENABLED, tools(`${thought},`))],
    ["turns without tools", body(ENABLED, `${user('"q"')},${assistant('"a"')}`)],
  ])("leaves %s alone", (_, source) => {
    expect(repair(source, needs).repairs).toEqual([]);
  });
});
