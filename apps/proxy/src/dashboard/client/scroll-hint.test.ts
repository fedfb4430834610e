import { expect, it } from "vitest";
import { clippedSides } from "./scroll-hint.ts";

it.each([
  [0, 300, 300, ""],
  [0, 300, 300.6, ""],
  [0, 300, 500, "right"],
  [80, 300, 500, "left right"],
  [199.5, 300, 500, "left"],
])("a table at %j of which %j of %j are seen has more: %j", (left, seen, whole, more) => {
  expect(clippedSides(left, seen, whole)).toBe(more);
});
