import { describe, expect, it } from "vitest";
import { suggest } from "./suggest.ts";

describe("suggest", () => {
  it.each([
    ["base_ulr", ["base_url", "auth"], "base_url"],
    ["BASE-URL", ["base_url", "auth"], "base_url"],
    ["url", ["base_url", "auth"], "base_url"],
    ["bearer", ["x-api-key", "authorization"], "authorization"],
    ["weekly", ["weekly_limit", "rolling"], "weekly_limit"],
    ["zia", ["anthropic", "zai"], "zai"],
    ["rutoes", ["providers", "routes"], "routes"],
  ])("%s among %j: %s", (word, options, wanted) => expect(suggest(word, options)).toBe(wanted));

  it.each([
    ["colour", ["base_url", "auth"]],
    ["a", ["b"]],
    ["week", ["weekly_kind", "weekly_anchor"]],
    ["", ["auth"]],
    ["x".repeat(65), [`${"x".repeat(64)}`]],
    ["anything", []],
  ])("%s among %j: nothing", (word, options) => expect(suggest(word, options)).toBeNull());
});
