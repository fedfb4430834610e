import { describe, expect, it } from "vitest";
import { type Catalog, findLane, type Lane } from "../catalog.ts";
import { parseCatalog } from "../parse-catalog.ts";
import { mapModel, servesModel } from "./map-model.ts";
import { contextTokensFor, headerModeFor } from "./model-entry.ts";

const TEXT = `providers:
  anthropic:
    base_url: https://api.anthropic.com
    models: { "claude-*": {}, qwen-max: { lane: third, header_mode: authorization } }
  zai:
    base_url: https://api.z.ai
    key_env: ZAI_API_KEY
    context_tokens: 200000
    models: { glm-4.7: { header_mode: authorization }, "glm-5.3[1m]": { context_tokens: 1000000 }, "glm-5*": {} }
    model_map: { "*": glm-5, "claude-haiku-*": glm-4.5-air, claude-opus-5: glm-5.3, "*[1m]": "glm-5.3[1m]" }
  third: { base_url: https://h.example, key_env: E }
  small: { base_url: https://s.example, key_env: E, context_tokens: 32000 }
`;
const parsed = parseCatalog(TEXT);
if (!parsed.success) throw new Error(JSON.stringify(parsed.issues));
const catalog: Catalog = parsed.catalog;

function laneOf(id: string): Lane {
  const lane = findLane(catalog, id);
  if (lane === null) throw new Error(id);
  return lane;
}

describe("mapModel", () => {
  it.each([
    ["zai", "glm-4.7", null],
    ["zai", "GLM-4-7", null],
    ["zai", "glm-5.2", null],
    ["zai", "glm-5.3[1m]", null],
    ["zai", "glm-4.6", "glm-5"],
    ["zai", "claude-opus-5", "glm-5.3"],
    ["zai", "claude-opus-5-20260101", "glm-5.3"],
    ["zai", "claude-haiku-4-5", "glm-5"],
    ["zai", "claude-sonnet-5[1m]", "glm-5"],
    ["anthropic", "claude-haiku-4-5-20251001", null],
    ["anthropic", "claude-sonnet-5[1m]", null],
    ["anthropic", "gpt-5", null],
    ["third", "claude-sonnet-5[1m]", null],
    ["small", "claude-sonnet-5[1m]", "claude-sonnet-5"],
    ["small", "claude-sonnet-5", null],
  ])("%s is sent %s as %s", (lane, model, sent) => expect(mapModel(laneOf(lane), model)).toBe(sent));

  it("takes the first glob in the order of the file", () => {
    const lane = laneOf("zai");
    const turned = { ...lane, modelMap: lane.modelMap.toReversed() };
    expect(mapModel(turned, "claude-haiku-4-5")).toBe("glm-4.5-air");
    expect(mapModel(turned, "claude-sonnet-5[1m]")).toBe("glm-5.3[1m]");
  });

  it("a name mapped to itself is unchanged", () => {
    const lane = { ...laneOf("small"), modelMap: [{ pattern: "*", model: "qwen" }] };
    expect(mapModel(lane, "qwen")).toBeNull();
    expect(mapModel(lane, "Qwen")).toBe("qwen");
  });
});

describe("servesModel", () => {
  it.each([
    ["anthropic", "claude-opus-5", true],
    ["anthropic", "glm-4.7", false],
    ["anthropic", "qwen-max", false],
    ["zai", "anything", true],
    ["third", "anything", true],
  ])("%s, %s: %s", (lane, model, serves) => expect(servesModel(laneOf(lane), model)).toBe(serves));
});

describe("headerModeFor", () => {
  it.each([
    ["zai", "glm-4.7", "authorization"],
    ["zai", "glm-5", "x-api-key"],
    ["third", "qwen-max", "authorization"],
    ["third", "qwen", "x-api-key"],
    ["anthropic", "qwen-max", "passthrough"],
  ])("%s, %s: %s", (lane, model, mode) => expect(headerModeFor(catalog, laneOf(lane), model)).toBe(mode));
});

describe("contextTokensFor", () => {
  it.each([
    ["zai", "glm-5.3[1m]", 1_000_000],
    ["zai", "glm-5.3", 200_000],
    ["anthropic", "claude-opus-5", null],
  ])("%s, %s: %s", (lane, model, tokens) => expect(contextTokensFor(laneOf(lane), model)).toBe(tokens));
});
