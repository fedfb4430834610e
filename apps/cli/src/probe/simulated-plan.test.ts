import { describe, expect, it } from "vitest";
import type { GatewayReading } from "./gateway-reading.ts";
import { beginPlan, isSpent, takeFrom } from "./simulated-plan.ts";

export const READING: GatewayReading = {
  ts: 1000,
  lane: "zai",
  rollingSec: 18_000,
  usedTokens: 0,
  capacityTokens: 100,
  headroomTokens: 100,
  declaredHeadroom: null,
  cooling: false,
  calculatedResetTs: null,
  declaredResetTs: null,
};

describe("the plan of a dry run", () => {
  it("opens its window with the first request, and counts exactly", () => {
    const one = takeFrom(beginPlan(READING), 60, 1001);
    expect(one).toEqual({ leftTokens: 40, resetTs: 19_001, rollingSec: 18_000, over: false });
    const two = takeFrom(one, 60, 1002);
    expect(two).toMatchObject({ leftTokens: 0, resetTs: 19_001 });
    expect([isSpent(one), isSpent(two)]).toEqual([false, true]);
  });

  it("goes on from where the gateway's count stands", () => {
    const plan = beginPlan({ ...READING, headroomTokens: 30, calculatedResetTs: 1500 });
    expect(takeFrom(plan, 10, 1001)).toMatchObject({ leftTokens: 20, resetTs: 1500 });
  });

  it("knows nothing any more once that window is over: older usage has left the gateway's", () => {
    const plan = beginPlan({ ...READING, calculatedResetTs: 1500 });
    const over = takeFrom(plan, 10, 1500);
    expect(over).toMatchObject({ leftTokens: null, resetTs: null });
    expect(takeFrom(over, 10, 1501)).toMatchObject({ leftTokens: null, resetTs: null });
    expect(isSpent(over)).toBe(false);
  });

  it("has no end without a cap", () => {
    const plan = takeFrom(beginPlan({ ...READING, headroomTokens: null }), 1e9, 1001);
    expect([plan.leftTokens, isSpent(plan)]).toEqual([null, false]);
  });
});
