import { builtInCatalog, parseCatalog, planRoute } from "@ccp/provider-catalog";
import { describe, expect, it } from "vitest";
import { catalogYaml } from "./catalog-yaml.ts";
import { knownLanes, planCatalog } from "./plan-catalog.ts";

const ids = knownLanes().map(({ id }) => id);
const pairs = ids.flatMap((a) => ids.map((b) => (a === b ? [a] : [a, b])));

function readBack(lanes: readonly string[]) {
  const parsed = parseCatalog(catalogYaml(planCatalog(lanes)));
  if (!parsed.success) throw new Error(JSON.stringify(parsed.issues));
  return parsed;
}

describe("a catalog of chosen lanes", () => {
  it.each([...pairs, ids].map((lanes) => [lanes.join(" ")]))("%s is read back as it was meant", (names) => {
    const lanes = names.split(" ");
    const { catalog, warnings } = readBack(lanes);
    expect(warnings).toEqual([]);
    const wanted = builtInCatalog().lanes.filter(({ id }) => lanes.includes(id));
    expect(catalog.lanes).toEqual(wanted.map((lane) => ({ ...lane, enabled: true })));
    expect(catalog.routes.at(-1)?.pattern).toBe("*");
  });

  it("of every lane routes as the built-in one does", () => {
    const { catalog } = readBack(ids);
    for (const model of [
      "claude-haiku-4-5",
      "claude-opus-5",
      "glm-4.7",
      "kimi-k2",
      "minimax-m2",
      "deepseek-v4",
    ]) {
      expect(planRoute(catalog, model)).toEqual(planRoute(builtInCatalog(), model));
    }
  });

  it.each([
    ["anthropic", "claude-haiku-4-5", "anthropic", []],
    ["anthropic zai", "claude-haiku-4-5", "zai", ["anthropic"]],
    ["anthropic bigmodel", "claude-haiku-4-5", "bigmodel", ["anthropic"]],
    ["anthropic bigmodel", "glm-5", "bigmodel", []],
    ["anthropic moonshot", "kimi-k2", "moonshot", []],
    ["anthropic openrouter", "openai/gpt-6", "openrouter", []],
    ["anthropic deepseek", "claude-opus-5", "anthropic", []],
    ["deepseek", "claude-opus-5", "deepseek", []],
    ["ollama", "qwen", "ollama", []],
  ])("of %s sends %s to %s", (names, model, preferred, fallback) => {
    expect(planRoute(readBack(names.split(" ")).catalog, model)).toMatchObject({ preferred, fallback });
  });

  it("reads like the example", async () => {
    const text = catalogYaml(planCatalog(["anthropic", "zai", "openrouter", "ollama"]));
    await expect(text).toMatchFileSnapshot("__snapshots__/providers.yaml");
  });
});
