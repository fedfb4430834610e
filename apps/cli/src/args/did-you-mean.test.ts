import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

const COMMANDS = ["start", "quotas", "status", "providers"];
const FLAGS = ["--json", "--watch", "--threshold", "--lane", "--window"];

describe("didYouMean", () => {
  it.each([
    ["quota", COMMANDS, "quotas"],
    ["qoutas", COMMANDS, "quotas"],
    ["QUOTAS", COMMANDS, "quotas"],
    ["prov", COMMANDS, "providers"],
    ["sta", COMMANDS, null],
    ["statsu", COMMANDS, "status"],
    ["deploy", COMMANDS, null],
    ["", COMMANDS, null],
    ["--treshold", FLAGS, "--threshold"],
    ["--jsno", FLAGS, "--json"],
    ["--w", FLAGS, null],
    ["--wa", FLAGS, "--watch"],
    ["5j", ["5h", "7d"], "5h"],
    ["x", ["5h", "7d"], null],
  ])("%s", (typed, candidates, expected) => expect(didYouMean(typed, candidates)).toBe(expected));

  it("suggests only what exists, and a word itself when it is there", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 12 }),
        fc.array(fc.string({ maxLength: 12 })),
        (typed, candidates) => {
          const meant = didYouMean(typed, candidates);
          if (meant !== null) expect(candidates).toContain(meant);
        },
      ),
    );
    for (const name of COMMANDS) expect(didYouMean(name, COMMANDS)).toBe(name);
  });
});
