import { block, halfOpen, limitMark, ownCooldown, type Rule, warnAttempt, warnLeave } from "./rule.ts";

/** Leaves the preferred lane before it refuses: when it has no room, or already at the warn threshold. */
export const PREEMPTIVE: readonly Rule[] = [limitMark, ownCooldown, halfOpen, block, warnLeave, warnAttempt];
