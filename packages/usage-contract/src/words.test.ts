import { describe, expect, it } from "vitest";
import { laneId, parseRerouteMode } from "./words.ts";

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
