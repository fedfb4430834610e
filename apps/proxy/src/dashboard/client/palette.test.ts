import { expect, it } from "vitest";
import { fade, laneColour, mix } from "./palette.ts";
import { ruleWords } from "./rule-words.ts";

it("gives each lane the colour of its place", () => {
  const order = ["a", "b", "c", "d", "e", "f", "g"];
  expect(["a", "c", "g", "unknown"].map((lane) => laneColour(lane, order))).toEqual([0, 2, 0, 1]);
});

it("mixes and fades", () => {
  expect(mix("#ff0000", "#0000ff", 0.5)).toBe("#800080");
  expect(mix("#102030", "#ffffff", 1)).toBe("#102030");
  expect(fade("#102030", 0.5)).toBe("#10203080");
  expect(fade("#102030", 0)).toBe("#10203000");
});

it("has words for a rule that it does not know", () => {
  expect(ruleWords("quota_overshoot").tone).toBe("alarm");
  expect(ruleWords("toString")).toEqual({ word: "toString", sentence: "toString", tone: "note" });
});
