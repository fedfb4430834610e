import { expect, it } from "vitest";
import { readBody } from "./body/read-body.ts";
import { UNSIGNED } from "./mint/unsigned.ts";
import { type Mints, mintsIn } from "./mints-in.ts";
import { bytes } from "./testing/bytes.ts";
import { assistant, call, result, user, withMessages } from "./testing/repair.ts";

const mints = (source: string): Mints => mintsIn(readBody([bytes(source)]));

it("lists what was minted, by kind", () => {
  const thought = '{"type":"thinking","signature":"zai-\\u0031"}';
  const sealed = '{"type":"redacted_thinking","data":"kimi-2"}';
  const served = '{"type":"server_tool_use","id":"zai-s"}';
  const turn = assistant(`[${thought},${sealed},${call("kimi-1")},${served}]`);
  expect(mints(withMessages(turn))).toEqual({
    toolIds: ["kimi-1", "zai-s"],
    signatures: ["zai-1", "kimi-2"],
  });
});

it("names thinking without a signature, left out or empty", () => {
  const turn = assistant(
    '[{"type":"thinking"},{"type":"thinking","signature":""},{"type":"redacted_thinking"}]',
  );
  expect(mints(withMessages(turn)).signatures).toEqual([UNSIGNED, UNSIGNED, UNSIGNED]);
});

it("knows nothing of the rest", () => {
  const nothing = { toolIds: [], signatures: [] };
  expect(mints(withMessages(user(`[${result("zai-1")}]`), user('"zai-1"')))).toEqual(nothing);
  expect(mints("{}")).toEqual(nothing);
  expect(mints("no JSON")).toEqual(nothing);
});
