import { expect, it } from "vitest";
import { type LaneContext, mayBeTooSmall, passOverTooSmall } from "./pass-over-too-small.ts";

const holds: LaneContext = { unusableReason: null, contextTokens: 200_000, inputTokens: 200_000 };
const small: LaneContext = { unusableReason: null, contextTokens: 1000, inputTokens: 1001 };
const off: LaneContext = { ...holds, unusableReason: "off" };
const TOO_SMALL = "its context of 1000 tokens cannot hold the conversation";

it.each<[string, LaneContext[], boolean, (string | null)[]]>([
  ["all can hold it", [holds, holds], false, [null, null]],
  ["a fallback is too small", [holds, small, holds], false, [null, TOO_SMALL, null]],
  ["the preferred lane is, and a fallback can", [small, off, holds], false, [TOO_SMALL, "off", null]],
  ["nobody can", [small, small], false, [null, TOO_SMALL]],
  ["who could is off", [small, off], false, [null, "off"]],
  ["the preferred lane is off, too", [{ ...small, unusableReason: "off" }, holds], false, ["off", null]],
  ["a pin stands", [small, holds], true, [null, null]],
  ["it is the only lane", [small], false, [null]],
  ["a context is not known", [{ ...small, contextTokens: null }, holds], false, [null, null]],
  ["a size is not known", [{ ...small, inputTokens: null }, holds], false, [null, null]],
  ["there is no lane", [], false, []],
  ["it may yet fit", [holds, { ...small, leastInputTokens: 900 }], false, [null, null]],
  ["it surely does not", [holds, { ...small, leastInputTokens: 1001 }], false, [null, TOO_SMALL]],
])("%s", (_name, lanes, isPinned, reasons) => expect(passOverTooSmall(lanes, isPinned)).toEqual(reasons));

it.each<[string, LaneContext, boolean]>([
  ["surely fits", holds, false],
  ["surely does not", small, false],
  ["may or may not", { ...small, leastInputTokens: 1000 }, true],
  ["of unknown size", { ...small, inputTokens: null }, false],
  ["of unknown context", { ...small, contextTokens: null }, false],
])("is in doubt only of a conversation that may or may not fit: %s", (_name, lane, isDoubt) => {
  expect(mayBeTooSmall(lane)).toBe(isDoubt);
});
