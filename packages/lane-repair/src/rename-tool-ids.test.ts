import { describe, expect, it } from "vitest";
import { hash64 } from "./mint/hash64.ts";
import { assistant, call, repair, repaired, result, user, withMessages } from "./testing/repair.ts";

const IDS = { toolIds: true };
const exchange = (first: string, second: string): string =>
  withMessages(assistant(`[${call(first)}]`), user(`[${result(second)}]`));

describe("tool_ids", () => {
  it.each([
    ["functions.Bash:0", "functions_Bash_0"],
    ["a|b c", "a_b_c"],
    ["é", "_"],
    ["", "toolu"],
    [`${"x".repeat(60)}:`, "x".repeat(40)],
  ])("%j keeps what is readable of it", (id, readable) => {
    const fit = `${readable}_${hash64(id)}`;
    expect(repaired(exchange(id, id), IDS)).toBe(exchange(fit, fit));
    expect([...repair(exchange(id, id), IDS).toolIds]).toEqual([[fit, id]]);
    expect(repair(exchange(id, id), IDS).repairs).toEqual(["tool_ids"]);
  });

  it.each(["toolu_01A-b", "call_9", "0"])("leaves %s alone", (id) => {
    expect(repair(exchange(id, id), IDS)).toMatchObject({ repairs: [], toolIds: new Map() });
  });

  it("touches the id's bytes alone", () => {
    const before = withMessages(
      assistant('[{ "input" : {"id":"a:b"}, "id" :\t"\\u0061:b" , "type":"tool_use"}]'),
    );
    const fit = `a_b_${hash64("a:b")}`;
    expect(repaired(before, IDS)).toBe(before.replace('"\\u0061:b"', `"${fit}"`));
  });

  it("tells apart ids that look alike once they are fit", () => {
    const body = withMessages(
      assistant(`[${call("a:b")},${call("a.b")},${call("a_b")}]`),
      user(`[${result("a.b")},${result("a_b")},${result("a:b")}]`),
    );
    const [colon, dot] = [`a_b_${hash64("a:b")}`, `a_b_${hash64("a.b")}`];
    expect(repaired(body, IDS)).toBe(
      withMessages(
        assistant(`[${call(colon)},${call(dot)},${call("a_b")}]`),
        user(`[${result(dot)},${result("a_b")},${result(colon)}]`),
      ),
    );
  });

  it("gives a way out where the new id is taken", () => {
    const taken = `a_b_${hash64("a:b")}`;
    const body = withMessages(
      assistant(`[${call(taken)}]`),
      user(`[${result(taken)}]`),
      assistant(`[${call("a:b")}]`),
      user(`[${result("a:b")}]`),
    );
    expect([...repair(body, IDS).toolIds]).toEqual([[`${taken}_2`, "a:b"]]);
  });

  it("makes ids that a lane used again unique, each with its result", () => {
    const turn = [assistant(`[${call("call_0")}]`), user(`[${result("call_0")}]`)];
    const second = `call_0_${hash64("call_0")}`;
    expect(repaired(withMessages(...turn, ...turn), IDS)).toBe(
      withMessages(...turn, assistant(`[${call(second)}]`), user(`[${result(second)}]`)),
    );
  });

  it("pairs empty ids in their order", () => {
    const body = withMessages(
      assistant(`[${call("")},${call("")}]`),
      user(`[${result("", '"1"')},${result("", '"2"')}]`),
    );
    const first = `toolu_${hash64("")}`;
    expect(repaired(body, IDS)).toBe(
      withMessages(
        assistant(`[${call(first)},${call(`${first}_2`)}]`),
        user(`[${result(first, '"1"')},${result(`${first}_2`, '"2"')}]`),
      ),
    );
  });

  it("gives a result without a call a fit id, too", () => {
    expect(repaired(withMessages(user(`[${result("x:y")}]`)), IDS)).toBe(
      withMessages(user(`[${result(`x_y_${hash64("x:y")}`)}]`)),
    );
  });

  it("leaves server tools and blocks without an id alone", () => {
    const body = withMessages(
      assistant(
        '[{"type":"server_tool_use","id":"a:b"},{"type":"mcp_tool_use","id":"c:d"},{"type":"tool_use","id":5}]',
      ),
      user('[{"type":"tool_result"}]'),
    );
    expect(repair(body, IDS).repairs).toEqual([]);
  });
});
