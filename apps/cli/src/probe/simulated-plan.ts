import type { GatewayReading } from "./gateway-reading.ts";

/**
 * The plan that a dry run plays: it begins where the gateway's own count stands and then counts exactly, token by
 * token. What differs from it later is the gateway's arithmetic; nothing in it says anything about a vendor.
 */
export interface SimulatedPlan {
  /** Counted tokens left; `null` where no cap is configured, or where older usage has left the window meanwhile. */
  readonly leftTokens: number | null;
  /** Epoch seconds; `null` before the first request of an empty window. */
  readonly resetTs: number | null;
  readonly rollingSec: number;
  /** The window that the plan began with is over: how much of it the gateway still holds is not known. */
  readonly over: boolean;
}

export function beginPlan({ headroomTokens, calculatedResetTs, rollingSec }: GatewayReading): SimulatedPlan {
  return { leftTokens: headroomTokens, resetTs: calculatedResetTs, rollingSec, over: false };
}

export function isSpent({ leftTokens }: SimulatedPlan): boolean {
  return leftTokens !== null && leftTokens <= 0;
}

/** @param atTs When the gateway booked the tokens, by its own clock. */
export function takeFrom(plan: SimulatedPlan, countedTokens: number, atTs: number): SimulatedPlan {
  const { leftTokens, resetTs, rollingSec } = plan;
  if (plan.over || (resetTs !== null && atTs >= resetTs)) {
    return { leftTokens: null, resetTs: null, rollingSec, over: true };
  }
  return {
    ...plan,
    leftTokens: leftTokens === null ? null : Math.max(0, leftTokens - countedTokens),
    resetTs: resetTs ?? atTs + rollingSec,
  };
}
