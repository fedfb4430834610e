import { describe, expect, it } from "vitest";
import { createServerClock } from "./server-clock.ts";

describe("createServerClock", () => {
  it("goes on from the gateway's last word", () => {
    const clock = createServerClock(false);
    expect(clock.now(5)).toBe(0);
    clock.observe(1_000, 10_000);
    expect(clock.now(12_500)).toBe(1_002.5);
    clock.observe(2_000, 15_000);
    expect(clock.now(16_000)).toBe(2_001);
  });

  it("follows a demo's fast clock, by its own answers", () => {
    const clock = createServerClock(true);
    clock.observe(1_000, 0);
    expect(clock.now(1_000)).toBe(1_001);
    clock.observe(1_300, 5_000);
    expect(clock.now(6_000)).toBe(1_360);
    // Too soon after the last one to tell a rate.
    clock.observe(1_360, 5_100);
    expect(clock.now(6_100)).toBe(1_420);
  });

  it("does not run backwards, nor away", () => {
    const clock = createServerClock(true);
    clock.observe(1_000, 0);
    clock.observe(500, 1_000);
    expect(clock.now(2_000)).toBe(501);
    clock.observe(1e9, 2_000);
    expect(clock.now(3_000)).toBe(1e9 + 120);
  });
});
