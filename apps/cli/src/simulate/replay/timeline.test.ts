import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Timeline } from "./timeline.ts";

function drain<T>(timeline: Timeline<T>): T[] {
  const items: T[] = [];
  for (let item = timeline.pop(); item !== undefined; item = timeline.pop()) items.push(item);
  return items;
}

describe("Timeline", () => {
  it("is sorted by time, and by turn where the times are equal", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const timeline = new Timeline<readonly [number, number]>();
        for (const [index, atMs] of times.entries()) timeline.push(atMs, [atMs, index]);
        const sorted = times.map((atMs, index) => [atMs, index] as const).sort(([a], [b]) => a - b);
        expect(drain(timeline)).toEqual(sorted);
      }),
    );
  });

  it("takes new entries between two", () => {
    const timeline = new Timeline<string>();
    timeline.push(5, "c");
    timeline.push(1, "a");
    expect([timeline.nextMs, timeline.pop()]).toEqual([1, "a"]);
    timeline.push(3, "b");
    expect(timeline.nextMs).toBe(3);
    expect(drain(timeline)).toEqual(["b", "c"]);
    expect([timeline.nextMs, timeline.pop()]).toEqual([Number.POSITIVE_INFINITY, undefined]);
  });
});
