import type { LimitSignal } from "../../../packages/usage-contract/src/index.ts";

/** A plan that ends earlier than its owner thinks: nobody tells but its refusals. Its window starts with a request. */
export interface HiddenPlan {
  /** `null` when the request is served; else the refusal. */
  ask(tokens: number, nowMs: number): LimitSignal | null;
}

/** @param namesReset Whether a refusal says when the window resets. */
export function createHiddenPlan(capTokens: number, windowMs: number, namesReset: boolean): HiddenPlan {
  let endMs = Number.NEGATIVE_INFINITY;
  let used = 0;
  return {
    ask(tokens, nowMs) {
      if (nowMs >= endMs) {
        endMs = nowMs + windowMs;
        used = 0;
      }
      if (used + tokens > capTokens) return refusal(namesReset ? endMs : null);
      used += tokens;
      return null;
    },
  };
}

function refusal(resetAtMs: number | null): LimitSignal {
  return {
    kind: "quota",
    scope: "model",
    resetAtMs,
    retryAfterMs: null,
    source: "body",
    window: "5h",
    code: "1308",
    message: null,
  };
}
