import { expect, it } from "vitest";
import { limitWord } from "./limit-word.ts";

it.each([
  ["rolling", "5h"],
  ["weekly", "7d"],
  ["lane:5h", "5h all"],
  ["lane:7d_oi", "7d_oi all"],
  ["pool:glm-coding:rolling", "5h pool glm-coding"],
  ["pool:a:b:weekly", "7d pool a:b"],
  ["pool:odd", "pool:odd"],
  ["month", "month"],
  ["", ""],
])("calls the limit %s as quotas does: %s", (name, expected) => {
  expect(limitWord(name)).toBe(expected);
});
