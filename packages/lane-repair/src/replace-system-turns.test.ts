import { describe, expect, it } from "vitest";
import { assistant, repair, repaired, user, withMessages } from "./testing/repair.ts";

const system = (content: string, more = ""): string => `{"role":"system","content":${content}${more}}`;
const text = (inner: string): string => `{"type":"text","text":"${inner}"}`;

describe("system_turns", () => {
  it.each([
    [
      "text",
      system('"be \\"brief\\" é"'),
      user(`[${text('<system-reminder>\\nbe \\"brief\\" é\\n</system-reminder>')}]`),
    ],
    [
      "blocks",
      system(`[ ${text("a")} , {"type":"tool_removal"},${text("b")}]`, ',"output_config":{"effort":"low"}'),
      user(`[${text("<system-reminder>")},${text("a")},${text("b")},${text("</system-reminder>")}]`),
    ],
  ])("become a user's: %s", (_, before, after) => {
    expect(repaired(withMessages(user('"q"'), before, assistant('"a"')), { systemTurns: "user" })).toBe(
      withMessages(user('"q"'), after, assistant('"a"')),
    );
  });

  it.each([
    ["setting the effort", system("[]", ',"output_config":{"effort":"low"}')],
    ["without a text", system('[{"type":"tool_removal"}]')],
    ["empty", system('""')],
    ["with an empty text", system(`[${text("")}]`)],
    ["without content", '{"role":"system"}'],
  ])("are left out when they say nothing: %s", (_, before) => {
    expect(repaired(withMessages(user('"q"'), before, assistant('"a"')), { systemTurns: "user" })).toBe(
      withMessages(user('"q"'), assistant('"a"')),
    );
  });

  it("are left out whole", () => {
    const body = withMessages(system('"x"'), user('"q"'), system('"y"'));
    expect(repaired(body, { systemTurns: "drop" })).toBe(withMessages(user('"q"')));
  });

  it("may come first", () => {
    expect(repaired(withMessages(system('"x"'), user('"q"')), { systemTurns: "user" })).toBe(
      withMessages(user(`[${text("<system-reminder>\\nx\\n</system-reminder>")}]`), user('"q"')),
    );
  });

  it("fire on the same lane, too, and not where there is none", () => {
    const needs = { systemTurns: "user" } as const;
    expect(repair(withMessages(system('"x"')), needs, { crossLane: false }).repairs).toEqual([
      "system_turns",
    ]);
    expect(repair(`{"system":"s","messages":[${user('"q"')}]}`, needs).repairs).toEqual([]);
  });

  it("take results behind them along", () => {
    const turn = assistant('[{"type":"tool_use","id":"a","name":"B","input":{}}]');
    const answer = '{"type":"tool_result","tool_use_id":"a","content":"out"}';
    const body = withMessages(turn, system('"x"'), user(`[${answer}]`));
    expect(repaired(body, { systemTurns: "user", toolPairs: true })).toBe(
      withMessages(turn, user(`[${answer},${text("<system-reminder>\\nx\\n</system-reminder>")}]`)),
    );
  });
});
