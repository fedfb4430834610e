import { describe, expect, it } from "vitest";
import { keepBetas } from "./keep-betas.ts";
import { repair } from "./testing/repair.ts";

describe("keepBetas", () => {
  it.each([
    ["claude-code-20250219,context-1m-2025-08-07", ["claude-code-*"], "claude-code-20250219"],
    ["a, b ,c", ["A", "c"], "a,c"],
    ["a, b", ["a", "b", "c"], "a, b"],
    ["a,b", [], null],
    ["a,b", ["*"], "a,b"],
    ["ab", ["a"], null],
  ])("%j of %j: %j", (value, allowed, expected) => {
    expect(keepBetas(value, allowed)).toBe(expected);
  });
});

describe("betas of a request", () => {
  const betas = "claude-code-20250219,oauth-2025-04-20,effort-2025-11-24";

  it.each([
    [{}, betas, betas, []],
    [{ oauthBetas: false }, betas, "claude-code-20250219,effort-2025-11-24", ["oauth_beta"]],
    [{ betas: ["oauth-*"] }, betas, "oauth-2025-04-20", ["betas"]],
    [{ oauthBetas: false, betas: ["effort-*"] }, betas, "effort-2025-11-24", ["oauth_beta", "betas"]],
    [{ oauthBetas: false, betas: [] }, "oauth-1", null, ["oauth_beta"]],
    [{ betas: [] }, "x", null, ["betas"]],
    [{ oauthBetas: false, betas: [] }, " , ", " , ", []],
    [{ oauthBetas: false, betas: [] }, null, null, []],
  ])("%j", (needs, value, expected, repairs) => {
    expect(repair("{}", needs, { betas: value })).toMatchObject({ betas: expected, repairs });
  });
});
