import { describe, expect, it } from "vitest";
import { changesLane, laneId, parseRerouteMode, REROUTE_DECISIONS } from "./words.ts";

describe("parseRerouteMode", () => {
  it.each([
    ["hybrid", "hybrid"],
    [" Preemptive\n", "preemptive"],
    ["RUN2CAP", "run2cap"],
    ["run_to_cap", "run2cap"],
    ["run-to-cap", "run2cap"],
    ["run to cap", null],
    ["", null],
    ["constructor", null],
    ["__proto__", null],
  ])("%j -> %s", (text, mode) => expect(parseRerouteMode(text)).toBe(mode));
});

describe("laneId", () => {
  it.each([
    ["anth", "anthropic"],
    ["anthropic", "anthropic"],
    ["zai", "zai"],
    ["Anth", "Anth"],
  ])("%s -> %s", (name, lane) => expect(laneId(name)).toBe(lane));
});

it("changesLane tells the rules that send a request elsewhere from those that keep it", () => {
  expect(REROUTE_DECISIONS.filter(changesLane)).toEqual([
    "quota_block",
    "quota_preemptive_warn",
    "quota_cooldown",
    "quota_overshoot",
    "fallback",
  ]);
});
