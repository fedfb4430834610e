import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { builtInCatalog } from "./built-in-catalog.ts";
import { findLane } from "./catalog.ts";
import { toCatalogFile } from "./describe-catalog.ts";
import { resolveLaneKeys } from "./lane-keys.ts";
import { parseCatalog } from "./parse-catalog.ts";
import { mapModel } from "./route/map-model.ts";
import { planRoute } from "./route/plan-route.ts";

const catalog = builtInCatalog();

describe("builtInCatalog", () => {
  it("passes its own parser without a warning", () => {
    expect(parseCatalog(stringify(toCatalogFile(catalog)))).toEqual({ success: true, catalog, warnings: [] });
  });

  it("knows these upstreams", () => {
    const rows = catalog.lanes.map((lane) =>
      [
        lane.id,
        lane.baseUrl,
        lane.auth.env,
        lane.auth.headerMode,
        lane.extractor,
        lane.dialect,
        lane.contextTokens,
      ].join(" "),
    );
    expect(rows).toEqual([
      "anthropic https://api.anthropic.com ANTHROPIC_AUTH_TOKEN passthrough anthropic anthropic ",
      "zai https://api.z.ai/api/anthropic ZAI_API_KEY x-api-key zai zai 200000",
      "bigmodel https://open.bigmodel.cn/api/anthropic BIGMODEL_API_KEY x-api-key zai zai 200000",
      "kimi https://api.kimi.com/coding KIMI_API_KEY x-api-key anthropic kimi ",
      "moonshot https://api.moonshot.ai/anthropic MOONSHOT_API_KEY x-api-key anthropic kimi ",
      "minimax https://api.minimax.io/anthropic MINIMAX_API_KEY x-api-key anthropic minimax ",
      "deepseek https://api.deepseek.com/anthropic DEEPSEEK_API_KEY x-api-key anthropic deepseek ",
      "openrouter https://openrouter.ai/api OPENROUTER_API_KEY authorization anthropic openrouter ",
      "ollama http://127.0.0.1:11434  none anthropic generic ",
      "lmstudio http://127.0.0.1:1234  none anthropic generic ",
      "vllm http://127.0.0.1:8000  none anthropic generic ",
      "llama.cpp http://127.0.0.1:8080  none anthropic generic ",
      "sglang http://127.0.0.1:30000  none anthropic generic ",
    ]);
  });

  it("without any key only the client's own login works, and no local server", () => {
    const usable = resolveLaneKeys(catalog, {}, null).filter(
      ({ state }) => state === "passthrough" || state === "ready",
    );
    expect(usable.map(({ lane }) => lane)).toEqual(["anthropic"]);
  });

  it.each([
    ["claude-haiku-4-5-20251001", "zai", ["anthropic"]],
    ["claude-opus-5-5", "anthropic", ["zai"]],
    ["glm-4.7", "zai", []],
    ["kimi-k2", "kimi", ["moonshot"]],
    ["MiniMax-M2", "minimax", []],
    ["deepseek-v4-pro", "deepseek", []],
    ["gpt-5", "anthropic", ["zai"]],
  ])("routes %s to %s, then %j", (model, preferred, fallback) => {
    expect(planRoute(catalog, model)).toMatchObject({ preferred, fallback });
  });

  it.each([
    ["claude-haiku-4-5-20251001", "glm-4.7"],
    ["claude-opus-5-5", "glm-5"],
    ["glm-5.3[1m]", null],
    ["glm-4.6", null],
  ])("zai is sent %s as %s", (model, sent) => {
    const zai = findLane(catalog, "zai");
    expect(zai && mapModel(zai, model)).toBe(sent);
  });

  it("every route leads to lanes it has", () => {
    const named = catalog.routes.flatMap(({ provider, fallback }) => [provider, ...fallback]);
    expect(named.filter((id) => findLane(catalog, id) === null)).toEqual([]);
  });
});
