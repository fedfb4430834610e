import { expect, it } from "vitest";
import { lanesIn, mintsIn } from "./lanes-in.ts";
import { bytes } from "./testing/bytes.ts";
import { assistant, call, result, user, withMessages } from "./testing/repair.ts";

const laneOf = (mint: string): string | null => /^(zai|kimi)-/.exec(mint)?.[1] ?? null;
const lanes = (source: string): string[] => [...lanesIn([bytes(source)], laneOf)];

it("tells lanes by thinking, calls and server tools", () => {
  const thought = '{"type":"thinking","signature":"zai-1"}';
  expect(lanes(withMessages(assistant(`[${thought},${call("kimi-1")}]`)))).toEqual(["zai", "kimi"]);
  expect(lanes(withMessages(assistant('[{"type":"redacted_thinking","data":"kimi-2"}]')))).toEqual(["kimi"]);
  expect(lanes(withMessages(assistant('[{"type":"server_tool_use","id":"zai-s"}]')))).toEqual(["zai"]);
});

it("knows nothing of the rest", () => {
  expect(
    lanes(withMessages(user(`[${result("zai-1")}]`), assistant(`[${call("x")}]`), user('"zai-1"'))),
  ).toEqual([]);
  expect(lanes("{}")).toEqual([]);
  expect(lanes("no JSON")).toEqual([]);
});

it("lists what was minted, by kind", () => {
  const thought = '{"type":"thinking","signature":"zai-\\u0031"}';
  const sealed = '{"type":"redacted_thinking","data":"kimi-2"}';
  const turn = assistant(`[${thought},${sealed},{"type":"thinking"},${call("kimi-1")}]`);
  expect(mintsIn([bytes(withMessages(turn))])).toEqual({
    toolIds: ["kimi-1"],
    signatures: ["zai-1", "kimi-2"],
  });
  expect(mintsIn([bytes("no JSON")])).toEqual({ toolIds: [], signatures: [] });
});
