import { describe, expect, it } from "vitest";
import { repair, repaired } from "./testing/repair.ts";

const REDACT = { redactUserId: true };

describe("redact_user_id", () => {
  it("puts the given name in its place", () => {
    const before = '{"metadata":{ "user_id" : "{\\"device_id\\":\\"0\\"}","x":1 },"model":"m"}';
    expect(repaired(before, REDACT, { hideUserId: () => 'sess"1' })).toBe(
      '{"metadata":{ "user_id" : "sess\\"1","x":1 },"model":"m"}',
    );
    expect(repaired(before, REDACT)).toContain('"user_id" : "ccp"');
    expect(repair(before, REDACT).repairs).toEqual(["redact_user_id"]);
  });

  it("leaves no second one behind, and replaces what is no text", () => {
    expect(repaired('{"metadata":{"user_id":"a","user_id":{"b":1}}}', REDACT)).toBe(
      '{"metadata":{"user_id":"ccp","user_id":"ccp"}}',
    );
  });

  it.each([
    '{"metadata":{}}',
    '{"metadata":{"user_id":"ccp"}}',
    '{"metadata":null}',
    '{"x":{"user_id":"a"}}',
  ])("leaves %s alone", (source) => {
    expect(repair(source, REDACT).repairs).toEqual([]);
  });
});
