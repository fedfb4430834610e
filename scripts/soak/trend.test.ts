import { describe, expect, it } from "vitest";
import { growthFault } from "./trend.ts";

const run = (seconds: number, mb: (second: number) => number | null) =>
  Array.from({ length: seconds }, (_, second) => mb(second));

describe("growth of memory", () => {
  it.each([
    ["a start that settles", run(600, (s) => Math.min(200, 90 + s))],
    ["a saw", run(600, (s) => 150 + (s % 60))],
    ["a short run", run(119, (s) => 100 + 10 * s)],
    ["an unknown system", run(600, () => null)],
  ])("is none in %s", (_name, memory) => {
    expect(growthFault(memory)).toBeNull();
  });

  it("is told of where it does not end", () => {
    expect(growthFault(run(600, (s) => 100 + s / 2))).toBe("memory grew from 212 to 362 MB");
  });
});
