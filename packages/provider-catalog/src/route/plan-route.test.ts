import { describe, expect, it } from "vitest";
import type { Catalog } from "../catalog.ts";
import { parseCatalog } from "../parse-catalog.ts";
import { planRoute } from "./plan-route.ts";

function catalogOf(text: string): Catalog {
  const result = parseCatalog(text);
  if (!result.success) throw new Error(JSON.stringify(result.issues));
  return result.catalog;
}

const LANES = `providers:
  anthropic: { base_url: https://api.anthropic.com, models: { "claude-*": {}, glm-9: { lane: zai } } }
  zai:
    base_url: https://api.z.ai
    key_env: ZAI_API_KEY
    models: { "glm-*": { lane: zai }, glm-4.7: { lane: zai, header_mode: authorization } }
  off: { base_url: http://localhost, enabled: false }
`;

describe("planRoute", () => {
  const routed = catalogOf(`${LANES}routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "CLAUDE-*", provider: anthropic, fallback: [zai] }
  - { pattern: "glm-*", provider: zai, fallback: [] }
  - { pattern: "off*", provider: off, fallback: [zai, anthropic] }
`);

  it.each([
    ["claude-haiku-4-5-20251001", "zai", ["anthropic"], "claude-haiku*", null],
    ["Claude-Opus-5[1m]", "anthropic", ["zai"], "CLAUDE-*", null],
    ["glm-4.7", "zai", [], "glm-*", "authorization"],
    ["glm-5", "zai", [], "glm-*", null],
    ["off-1", "off", ["zai", "anthropic"], "off*", null],
    ["gpt-5", "anthropic", [], null, null],
    ["", "anthropic", [], null, null],
  ])("%s -> %s, then %j", (model, preferred, fallback, pattern, headerMode) => {
    expect(planRoute(routed, model)).toEqual({ preferred, fallback, pattern, headerMode });
  });

  it("without a route, a models entry that names a lane decides: exact names before globs", () => {
    const bare = catalogOf(LANES);
    expect(planRoute(bare, "glm-4-7")).toEqual({
      preferred: "zai",
      fallback: [],
      pattern: "glm-4.7",
      headerMode: "authorization",
    });
    expect(planRoute(bare, "glm-5")).toMatchObject({ preferred: "zai", pattern: "glm-*" });
    expect(planRoute(bare, "glm-9")).toMatchObject({ preferred: "zai", pattern: "glm-9" });
    expect(planRoute(bare, "claude-opus-5")).toMatchObject({ preferred: "anthropic", pattern: null });
  });

  it("names each lane once, whoever built the catalog", () => {
    const lanes = routed.lanes;
    const routes = [{ pattern: "*", provider: "zai", fallback: ["zai", "off", "off"] }];
    expect(planRoute({ lanes, routes }, "x")).toMatchObject({ preferred: "zai", fallback: ["off"] });
  });

  it("an empty catalog sends everything to anthropic", () => {
    expect(planRoute({ lanes: [], routes: [] }, "x")).toEqual({
      preferred: "anthropic",
      fallback: [],
      pattern: null,
      headerMode: null,
    });
  });
});
