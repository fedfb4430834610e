import { expect, it } from "vitest";
import { renderWait } from "./render-wait.ts";

it.each([
  [7_500_000, "2 h 5 min"],
  [0, "1 s"],
  [-5000, "1 s"],
  [1001, "2 s"],
  [59_000, "59 s"],
  [59_001, "1 min"],
  [61_000, "1 min 1 s"],
  [3_600_000, "1 h"],
  [3_601_000, "1 h"],
  [90_000_000, "1 d 1 h"],
  [2_678_400_000, "31 d"],
])("%d ms: %s", (ms, text) => expect(renderWait(ms)).toBe(text));
