import { limitMark, type Rule, runToLimit } from "./rule.ts";

/** Uses the preferred lane until it refuses, and returns when the end that it named has come. */
export const RUN2CAP: readonly Rule[] = [limitMark, runToLimit];
