import { block, halfOpen, limitMark, ownCooldown, type Rule, warnAttempt } from "./rule.ts";

/** Uses the preferred lane up to the last request that fits, then leaves it. */
export const HYBRID: readonly Rule[] = [limitMark, ownCooldown, halfOpen, block, warnAttempt];
