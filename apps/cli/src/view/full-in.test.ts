import { describe, expect, it } from "vitest";
import { assessFullIn } from "./full-in.ts";

describe("assessFullIn", () => {
  it.each([
    ["no limit", null, 10, 100, { kind: "unknown" }],
    ["no pace", 100, null, 100, { kind: "unknown" }],
    ["nothing used", 100, 0, 100, { kind: "idle" }],
    ["full, whatever the pace", 0, null, 100, { kind: "full" }],
    ["past full", -5, 10, 100, { kind: "full" }],
    ["fills before the reset", 100, 10, 900, { kind: "early", fullInSec: 600, earlySec: 300 }],
    ["fills at the reset", 100, 10, 600, { kind: "lasts", fullInSec: 600, resetInSec: 600 }],
    ["resets first", 100, 10, 300, { kind: "lasts", fullInSec: 600, resetInSec: 300 }],
    ["no reset known", 100, 10, null, { kind: "lasts", fullInSec: 600, resetInSec: null }],
  ] as const)("%s", (_name, headroom, perMinute, resetInSec, expected) => {
    expect(assessFullIn(headroom, perMinute, resetInSec)).toEqual(expected);
  });
});
