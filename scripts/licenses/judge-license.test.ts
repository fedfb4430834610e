import { describe, expect, it } from "vitest";
import { isPermissive } from "./judge-license.ts";

describe("isPermissive", () => {
  it.each([
    ["MIT", true],
    ["Apache-2.0", true],
    ["(MIT OR GPL-3.0-only)", true],
    ["GPL-3.0-only OR MIT", true],
    ["MIT AND ISC", true],
    ["MIT AND GPL-3.0-only", false],
    ["GPL-2.0-only OR (MIT AND MPL-2.0)", false],
    ["(MIT AND (BSD-3-Clause OR MPL-2.0))", true],
    ["GPL-3.0-only", false],
    ["MPL-2.0", false],
    ["Apache-2.0 WITH LLVM-exception", false],
    ["SEE LICENSE IN LICENSE.md", false],
    ["UNLICENSED", false],
    ["UNKNOWN", false],
    ["mit", false],
    ["(MIT", false],
    ["MIT)", false],
    ["", false],
  ])("%j: %s", (expression, permissive) => expect(isPermissive(expression)).toBe(permissive));
});
