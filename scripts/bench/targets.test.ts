import { describe, expect, it } from "vitest";
import { SCENARIOS } from "./scenarios.ts";
import { judge, judgeTargets, TARGETS, type Target } from "./targets.ts";

const ratio: Target = {
  measure: "json-2k-c64.rate",
  compare: { kind: "ratio", to: "nginx" },
  bound: "at_least",
  limit: 0.15,
};

describe("judge", () => {
  it.each([
    [{ ...ratio, bound: "at_most", limit: 2 } as const, 2, "holds", 0],
    [{ ...ratio, bound: "at_most", limit: 2 } as const, 3, "missed", 0.5],
    [{ ...ratio, limit: 2 }, 2, "holds", 0],
    [{ ...ratio, limit: 2 }, 1, "missed", 1],
    [ratio, null, "not_measured", 0],
  ])("%j measured %d", (target, value, verdict, missedBy) => {
    expect(judge(target, value)).toEqual({ target, value, verdict, missedBy });
  });
});

describe("judgeTargets", () => {
  it("takes the median of same-round ratios, of differences, and of plain values", () => {
    const values = judgeTargets({
      "json-2k-c64.rate": { ccp: [30, 10, 50], "raw-node": [10, 10, 10], nginx: [100, null, 100] },
      "sse-paced.delay50": { ccp: [700, 900], direct: [100, 100] },
      "start.loaded": { ccp: [170, 190, 150] },
    }).map(({ target, value }) => [target.measure, target.compare.kind, value]);
    expect(values.filter(([, , value]) => value !== null)).toEqual([
      ["json-2k-c64.rate", "ratio", 3],
      ["json-2k-c64.rate", "ratio", 0.4],
      ["sse-paced.delay50", "added", 700],
      ["start.loaded", "value", 170],
    ]);
  });
  it("names only measures that a scenario takes", () => {
    const taken = SCENARIOS.flatMap(({ measures }) => measures.map(({ id }) => id));
    expect(TARGETS.map(({ measure }) => measure).filter((id) => !taken.includes(id))).toEqual([]);
  });
});
