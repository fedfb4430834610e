import { describe, expect, it } from "vitest";
import { DAY, T0 } from "../testing/build.ts";
import { MAX_SAMPLES, SampleRing } from "./sample-ring.ts";

describe("SampleRing", () => {
  it("keeps the newest 64", () => {
    const ring = new SampleRing();
    for (let value = 0; value < 70; value += 1) ring.add(value, T0);
    expect(ring.length).toBe(MAX_SAMPLES);
    expect(ring.values()[0]).toBe(6);
  });

  it("fades what is older than 14 days", () => {
    const ring = new SampleRing();
    ring.add(1, T0);
    ring.add(2, T0 + DAY);
    ring.fade(T0 + 14 * DAY);
    expect(ring.values()).toEqual([1, 2]);
    ring.fade(T0 + 14 * DAY + 1);
    expect(ring.values()).toEqual([2]);
  });

  it("takes no value that is no number", () => {
    const ring = new SampleRing();
    ring.add(Number.NaN, T0);
    ring.add(Number.POSITIVE_INFINITY, T0);
    expect(ring.length).toBe(0);
  });
});
