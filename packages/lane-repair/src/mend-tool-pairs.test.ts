import { describe, expect, it } from "vitest";
import { assistant, call, repair, repaired, result, user, withMessages } from "./testing/repair.ts";

const PAIRS = { toolPairs: true };
const text = (inner: string): string => `{"type":"text","text":"${inner}"}`;
const missing = (id: string): string =>
  `{"type":"tool_result","tool_use_id":"${id}","is_error":true,"content":"No result of this call was recorded."}`;
const mended = (...messages: readonly string[]): string => repaired(withMessages(...messages), PAIRS);
const note = text("note");

describe("a result without its call", () => {
  it.each([
    ["text", '"a\\n\\"b\\" é"', text('Result of tool call x:\\na\\n\\"b\\" é')],
    ["nothing", '""', text("Result of tool call x: (no content)")],
    ["an empty list", "[]", text("Result of tool call x: (no content)")],
    ["null", "null", text("Result of tool call x: (no content)")],
    [
      "blocks",
      `[ ${note} , {"type":"image","source":1} ]`,
      `${text("Result of tool call x:")},${note} , {"type":"image","source":1}`,
    ],
    [
      "blocks of which some cannot stay",
      `[{"type":"tool_reference"},${text("")},${note}]`,
      `${text("Result of tool call x:")},${note}`,
    ],
  ])("becomes text: %s", (_, content, shown) => {
    const orphan = result("x", content);
    expect(mended(user(`[${orphan}]`))).toBe(withMessages(user(`[${shown}]`)));
    expect(mended(user(`[ ${note}, ${orphan} ]`))).toBe(withMessages(user(`[ ${note}, ${shown} ]`)));
  });

  it("without an id or content becomes text, too", () => {
    expect(mended(user('[{"type":"tool_result"}]'))).toBe(
      withMessages(user(`[${text("Result of tool call : (no content)")}]`)),
    );
  });

  it("does not reach back over a turn", () => {
    const turns = [assistant(`[${call("a")}]`), user(`[${result("a")}]`), assistant('"ok"')];
    expect(mended(...turns, user(`[${result("a")}]`))).toBe(
      withMessages(...turns, user(`[${text("Result of tool call a:\\nout")}]`)),
    );
  });

  it("in the assistant's own turn becomes text, without images", () => {
    const list = `[${result("a", `[${note},{"type":"image","source":1}]`)}]`;
    expect(mended(assistant(list))).toBe(
      withMessages(assistant(`[${text("Result of tool call a:")},${note}]`)),
    );
  });

  it("is a second one for the same call", () => {
    const turn = assistant(`[${call("a")}]`);
    expect(mended(turn, user(`[${result("a")},${result("a", '"again"')}]`))).toBe(
      withMessages(turn, user(`[${result("a")},${text("Result of tool call a:\\nagain")}]`)),
    );
  });
});

describe("a call without its result", () => {
  const turn = assistant(`[${call("a")},${call("b")}]`);

  it("gets one before all else", () => {
    expect(mended(turn, user(`[ ${result("b")},${note}]`))).toBe(
      withMessages(turn, user(`[${missing("a")},${result("b")},${note}]`)),
    );
  });

  it("gets one where the user wrote text instead", () => {
    expect(mended(assistant(`[${call("a")}]`), user('"stop \\u0041"'))).toBe(
      withMessages(assistant(`[${call("a")}]`), user(`[${missing("a")},${text("stop \\u0041")}]`)),
    );
    expect(mended(assistant(`[${call("a")}]`), user('""'))).toBe(
      withMessages(assistant(`[${call("a")}]`), user(`[${missing("a")}]`)),
    );
  });

  it("in the last turn still waits for it", () => {
    expect(repair(withMessages(user('"q"'), turn), PAIRS).repairs).toEqual([]);
  });

  it("is left alone where the user's content cannot be read", () => {
    expect(repair(withMessages(turn, user("7")), PAIRS).repairs).toEqual([]);
  });
});

describe("results in the wrong place", () => {
  const turn = assistant(`[${call("a")},${call("b")}]`);

  it("move before texts", () => {
    expect(mended(turn, user(`[${result("a")},${note},${result("b")}]`))).toBe(
      withMessages(turn, user(`[${result("a")},${result("b")},${note}]`)),
    );
  });

  it("move into the first message of their turn, and no message is left empty", () => {
    expect(mended(turn, user(`[${note}]`), user(`[${result("a")}]`), user(`[${result("b")},${note}]`))).toBe(
      withMessages(turn, user(`[${result("a")},${result("b")},${note}]`), user(`[${note}]`)),
    );
  });

  it.each([
    ["all in one message", [turn, user(`[${result("b")},${result("a")},${note}]`)]],
    ["one message each", [turn, user(`[${result("a")}]`), user(`[${result("b")}]`), user('"and"')]],
    [
      "calls in two messages",
      [assistant(`[${call("a")}]`), assistant(`[${call("b")}]`), user(`[${result("a")},${result("b")}]`)],
    ],
    [
      "a system message between",
      [assistant(`[${call("a")}]`), '{"role":"system","content":[]}', user(`[${result("a")}]`)],
    ],
    ["no tools at all", [user('"q"'), assistant('"a"'), user(`[${note}]`)]],
  ])("stay where they are right: %s", (_, messages) => {
    expect(repair(withMessages(...messages), PAIRS).repairs).toEqual([]);
  });
});
