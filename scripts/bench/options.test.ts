import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

const parse = (...argv: string[]) => parseOptions(argv, ["start", "memory"]);

describe("parseOptions", () => {
  it("runs fifteen rounds of everything by default", () => {
    expect(parse()).toEqual({
      quick: false,
      rounds: 15,
      seed: 1,
      only: [],
      json: false,
      check: false,
      built: false,
      profileDir: null,
    });
  });
  it("runs three rounds with --quick, unless told how many", () => {
    expect(parse("--quick")?.rounds).toBe(3);
    expect(parse("--quick", "--rounds", "9")?.rounds).toBe(9);
  });
  it("takes several scenarios", () =>
    expect(parse("--only", "start", "--only", "memory")?.only).toEqual(["start", "memory"]));
  it("asks for nothing with --help", () => expect(parse("--help")).toBeNull());
  it.each([
    ["--rounds", "0"],
    ["--rounds", "1.5"],
    ["--rounds", "x"],
    ["--seed", "-1"],
    ["--only", "nothing"],
    ["--unknown"],
    ["start"],
  ])("refuses %s %s", (...argv) => expect(() => parse(...argv)).toThrow());
});
