import type { PlanUsage } from "./plan.ts";

/** Body of `GET /api/oauth/usage`: percent 0..100, ISO resets. */
export function oauthUsage(usage: readonly PlanUsage[]): Record<string, unknown> {
  const window = (name: "5h" | "7d"): unknown => {
    const found = usage.find((candidate) => candidate.name === name);
    if (found === undefined) return null;
    return {
      utilization: Math.floor((found.usedTokens / found.capTokens) * 100),
      resets_at: found.usedTokens === 0 ? null : new Date(found.resetAtMs).toISOString(),
    };
  };
  return { five_hour: window("5h"), seven_day: window("7d"), seven_day_opus: null, seven_day_sonnet: null };
}

/** Body of `GET /api/monitor/usage/quota/limit`: `usage` is the limit, `percentage` the used part, 0..100. */
export function zaiQuotaLimit(usage: readonly PlanUsage[]): Record<string, unknown> {
  const limits = usage.map((window) => {
    const used = Math.round(window.usedTokens);
    return {
      type: "CREDIT_LIMIT",
      unit: window.name === "5h" ? 3 : 6,
      number: window.name === "5h" ? 5 : 1,
      usage: window.capTokens,
      currentValue: used,
      remaining: Math.max(0, window.capTokens - used),
      percentage: Math.floor((used / window.capTokens) * 100),
      // An idle window has no reset: it opens at first use.
      ...(used === 0 ? {} : { nextResetTime: Math.ceil(window.resetAtMs) }),
    };
  });
  return { code: 200, msg: "Operation successful", data: { limits, level: "pro" }, success: true };
}
