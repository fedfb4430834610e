import { describe, expect, it } from "vitest";
import { hash64 } from "./mint/hash64.ts";
import { assistant, call, repair, repaired, result, user, withMessages } from "./testing/repair.ts";

const REFERENCES = { toolReferences: true };
const reference = (name: string): string => `{"type":"tool_reference","tool_name":"${name}"}`;
const text = (inner: string): string => `{"type":"text","text":"${inner}"}`;

describe("tool_references", () => {
  it("become text", () => {
    const before = result("a", `[ ${reference("WebSearch")} , ${text("x")},${reference("\\u00e9")}]`);
    const after = result(
      "a",
      `[ ${text("Tool found: WebSearch")} , ${text("x")},${text("Tool found: \\u00e9")}]`,
    );
    expect(repaired(withMessages(user(`[${before}]`)), REFERENCES)).toBe(withMessages(user(`[${after}]`)));
    expect(repaired(withMessages(user(`[${result("a", '[{"type":"tool_reference"}]')}]`)), REFERENCES)).toBe(
      withMessages(user(`[${result("a", `[${text("Tool found: unknown")}]`)}]`)),
    );
  });

  it("may stand in a result that gets a new id", () => {
    const body = (id: string, held: string): string =>
      withMessages(assistant(`[${call(id)}]`), user(`[${result(id, `[${held}]`)}]`));
    const both = { ...REFERENCES, toolIds: true };
    expect(repaired(body("a:b", reference("W")), both)).toBe(
      body(`a_b_${hash64("a:b")}`, text("Tool found: W")),
    );
  });

  it("are left alone elsewhere", () => {
    const source = withMessages(user(`[${reference("W")},${result("a")},${result("b", "[]")}]`), user('"q"'));
    expect(repair(source, REFERENCES).repairs).toEqual([]);
  });
});
