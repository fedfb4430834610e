import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filterBetaHeader, isOauthBeta } from "./filter-beta-header.ts";

describe("filterBetaHeader", () => {
  it.each([
    ["claude-code-20250219,oauth-2025-04-20", "claude-code-20250219"],
    ["oauth-2025-04-20, a, OAuth-2026 ,b", "a,b"],
    ["oauth-2025-04-20", null],
    ["oauth-1,oauth-2", null],
    [" a ,  b,", " a ,  b,"],
    ["not-oauth-2025,oauthority", "not-oauth-2025,oauthority"],
    ["", null],
    [" , ", null],
  ])("%j without oauth betas: %j", (value, expected) => {
    expect(filterBetaHeader(value, isOauthBeta)).toBe(expected);
  });

  it("keeps exactly the names that are not dropped, in their order", () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), fc.array(name), (names, more) => {
        const dropped = new Set([...names.slice(0, names.length / 2), ...more]);
        const kept = names.filter((beta) => !dropped.has(beta));
        const result = filterBetaHeader(names.join(", "), (beta) => dropped.has(beta));
        expect(result?.split(/, ?/) ?? []).toEqual(kept);
      }),
    );
  });
});
