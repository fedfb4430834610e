import { describe, expect, it } from "vitest";
import { repair, repaired, user, withMessages } from "./testing/repair.ts";

describe("thinking_budget", () => {
  const small = (max: string): string =>
    `{"model":"m",${max}"thinking":{"type":"enabled", "budget_tokens": 500 },"messages":[]}`;

  it("is raised to the least", () => {
    expect(repaired(small('"max_tokens":2000,'), { smallBudget: "clamp" })).toBe(
      small('"max_tokens":2000,').replace("500", "1024"),
    );
    expect(repair(small(""), { smallBudget: "clamp" }).repairs).toEqual(["thinking_budget"]);
  });

  it("leaves no room where the answer itself has none", () => {
    expect(repaired(small('"max_tokens":1024,'), { smallBudget: "clamp" })).toBe(
      '{"model":"m","max_tokens":1024,"messages":[]}',
    );
  });

  it("takes thinking with it", () => {
    expect(repaired(small('"max_tokens":2000,'), { smallBudget: "remove" })).toBe(
      '{"model":"m","max_tokens":2000,"messages":[]}',
    );
  });

  it.each([
    '{"thinking":{"type":"enabled","budget_tokens":1024}}',
    '{"thinking":{"type":"enabled","budget_tokens":"5"}}',
    '{"thinking":{"type":"adaptive"}}',
    '{"thinking":null}',
    '{"model":"m"}',
    withMessages(user('"q"')),
  ])("leaves %s alone", (source) => {
    expect(repair(source, { smallBudget: "clamp" }).repairs).toEqual([]);
  });
});
