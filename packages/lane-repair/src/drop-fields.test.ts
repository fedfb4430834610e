import { describe, expect, it } from "vitest";
import { repair, repaired, user, withMessages } from "./testing/repair.ts";

describe("drop_fields", () => {
  const fields = ["max_tokens", "stream"];

  it.each([
    ['{"model":"m","context_management":{"a":[1]},"messages":[]}', '{"model":"m","messages":[]}'],
    ['{"safeguards":[],"model":"m","messages":[]}', '{"model":"m","messages":[]}'],
    [
      '{"model":"m","messages":[],"stream":true , "metadata":{}\n}',
      '{"model":"m","messages":[],"stream":true\n}',
    ],
    ['{ "a":1, "b":2 , "max_tokens":3 }', '{"max_tokens":3 }'],
    ['{"a":1,"b":"}"}', "{}"],
    ['{"\\u006dodel":"m","\\u0061":1}', '{"\\u006dodel":"m"}'],
    [`{"model":"m","${"k".repeat(300)}":1}`, '{"model":"m"}'],
    ['{"x":1,"model":"m","x":2}', '{"model":"m"}'],
  ])("%s", (before, after) => {
    expect(repaired(before, { fields })).toBe(after);
    expect(repair(before, { fields }).repairs).toEqual(["drop_fields"]);
  });

  it("leaves allowed fields and what stands inside others alone", () => {
    const body =
      '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"q","metadata":{}}],"stream":true}';
    expect(repair(body, { fields }).repairs).toEqual([]);
  });

  it("drops a message's own fields", () => {
    const before = withMessages('{"output_config":{},"role":"user","content":"q","x":1 }', user('"r"'));
    expect(repaired(before, { messageFields: [] })).toBe(
      withMessages('{"role":"user","content":"q" }', user('"r"')),
    );
    expect(repaired(before, { messageFields: ["x"] })).toBe(
      withMessages('{"role":"user","content":"q","x":1 }', user('"r"')),
    );
    expect(repair(withMessages(user('"r"'), "7"), { messageFields: [] }).repairs).toEqual([]);
  });
});
