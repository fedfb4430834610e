import { describe, expect, it } from "vitest";
import { LANE_NEEDS } from "./lane-needs.ts";
import { assistant, call, repair, repaired, result, user } from "./testing/repair.ts";

const NEEDS = { effortNeedsThinking: true };
const OFF = '"thinking":{"type":"disabled"}';
const body = (...settings: string[]): string =>
  `{${['"model":"m"', ...settings, '"max_tokens":9'].join(",")}}`;

describe("effort", () => {
  // Sent by clients as it stands: anthropics/claude-code#65863, ding113/claude-code-hub#1257.
  it.each([
    ["an effort alone", [OFF, '"output_config":{"effort":"high"}'], [OFF]],
    ["an effort before thinking", ['"output_config":{"effort":"high"}', OFF], [OFF]],
    [
      "an effort beside other settings",
      [OFF, '"output_config": {"effort":"high","format":{"type":"é"}}'],
      [OFF, '"output_config":{"format":{"type":"\\u00e9"}}'],
    ],
    ["an effort by its other name", [OFF, '"reasoning_effort":"high"'], [OFF]],
    ["both", ['"reasoning_effort":"low"', OFF, '"output_config":{"effort":"high"}'], [OFF]],
  ])("takes out %s where thinking is off", (_, before, after) => {
    expect(repaired(body(...before), NEEDS)).toBe(body(...after));
  });

  it.each([
    ["thinking is on", ['"thinking":{"type":"adaptive"}', '"output_config":{"effort":"high"}']],
    ["thinking is the lane's to choose", ['"output_config":{"effort":"high"}']],
    ["there is none", [OFF, '"output_config":{"format":{}}']],
    ["it is no object", [OFF, '"output_config":"effort"']],
  ])("leaves it alone where %s", (_, settings) => {
    expect(repair(body(...settings), NEEDS).repairs).toEqual([]);
  });

  it("goes with thinking that the gateway itself turns off", () => {
    const messages = [assistant(`[${call("t")}]`), user(`[${result("t")}]`)];
    const moved = body(
      '"thinking":{"type":"adaptive"}',
      '"output_config":{"effort":"high"}',
      `"messages":[${messages}]`,
    );
    expect(repair(moved, LANE_NEEDS.deepseek).repairs).toEqual(["thinking_off", "effort"]);
    expect(JSON.parse(repaired(moved, LANE_NEEDS.deepseek))).toEqual({
      model: "m",
      thinking: { type: "disabled" },
      messages: messages.map((message) => JSON.parse(message)),
      max_tokens: 9,
    });
    const silent = moved.replace('"thinking":{"type":"adaptive"},', "");
    expect(repair(silent, LANE_NEEDS.deepseek).repairs).toEqual(["thinking_off", "effort"]);
  });
});
