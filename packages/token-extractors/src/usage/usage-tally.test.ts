import { NO_USAGE, type TokenUsage } from "@ccp/usage-contract/core";
import { expect, it } from "vitest";
import { UsageTally } from "./usage-tally.ts";

type Step = readonly [opening: boolean, usage: Partial<TokenUsage>];

it.each<[what: string, steps: Step[], usage: Partial<TokenUsage> | null]>([
  ["nothing told", [], null],
  ["all null", [[false, {}]], null],
  ["an opening row of zeros is not known yet", [[true, { inputTokens: 0, outputTokens: 0 }]], null],
  ["an opening total without input is not known yet", [[true, { outputTokens: 3 }]], null],
  [
    "zero output at the start is a number",
    [[true, { inputTokens: 5, outputTokens: 0 }]],
    { inputTokens: 5, outputTokens: 0 },
  ],
  [
    "an opening estimate is replaced, downwards too",
    [
      [true, { inputTokens: 30 }],
      [false, { inputTokens: 26 }],
    ],
    { inputTokens: 26 },
  ],
  [
    "later totals never add up and never shrink",
    [
      [false, { outputTokens: 40 }],
      [false, { outputTokens: 96 }],
      [false, { outputTokens: 90 }],
    ],
    { outputTokens: 96 },
  ],
  [
    "null replaces nothing",
    [
      [true, { inputTokens: 5, cacheReadTokens: 7 }],
      [false, { outputTokens: 2 }],
    ],
    { inputTokens: 5, outputTokens: 2, cacheReadTokens: 7 },
  ],
  [
    "zero does not replace a positive number",
    [
      [true, { inputTokens: 5 }],
      [false, { inputTokens: 0, outputTokens: 0 }],
    ],
    { inputTokens: 5, outputTokens: 0 },
  ],
  ["a later zero alone is a number", [[false, { inputTokens: 0 }]], { inputTokens: 0 }],
])("%s", (_, steps, usage) => {
  const tally = new UsageTally();
  for (const [opening, partial] of steps)
    tally.add({ usage: { ...NO_USAGE, ...partial }, invalid: false }, opening);
  expect(tally.usage).toEqual(usage && { ...NO_USAGE, ...usage });
  expect(tally.invalid).toBe(false);
});

it("remembers one invalid reading", () => {
  const tally = new UsageTally();
  tally.add({ usage: NO_USAGE, invalid: true }, true);
  tally.add({ usage: { ...NO_USAGE, inputTokens: 1 }, invalid: false }, false);
  expect(tally.invalid).toBe(true);
});
