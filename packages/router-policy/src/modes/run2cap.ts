import { halfOpen, limitMark, ownCooldown, type Rule, runToLimit } from "./rule.ts";

/** Uses the preferred lane until it refuses; from then on it is left alone and proved as in the other modes. */
export const RUN2CAP: readonly Rule[] = [limitMark, ownCooldown, halfOpen, runToLimit];
