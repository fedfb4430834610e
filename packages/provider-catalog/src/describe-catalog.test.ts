import { describe, expect, it } from "vitest";
import { describeCatalog } from "./describe-catalog.ts";
import { resolveLaneKeys } from "./lane-keys.ts";
import { parseCatalog } from "./parse-catalog.ts";

const parsed = parseCatalog(`providers:
  anthropic: { baseUrl: https://api.anthropic.com }
  zai:
    baseUrl: https://api.z.ai/api/anthropic/
    auth: { keyEnv: ZAI_API_KEY, headerMode: authorization, scopedEnv: { work: ZAI_WORK } }
    models: { glm-4.7: { lane: zai, headerMode: x-api-key }, "glm-*": {} }
    modelMap: { "*": glm-5 }
    contextTokens: 200000
routes: [{ pattern: "*", provider: anth, fallback: [zai] }]
`);
if (!parsed.success) throw new Error(JSON.stringify(parsed.issues));
const { catalog } = parsed;

describe("describeCatalog", () => {
  it("prints snake_case, every default, and keys as set or missing", () => {
    const keys = resolveLaneKeys(catalog, { ZAI_WORK: "very-secret" }, "work");
    const view = describeCatalog(catalog, keys);
    expect(view).toEqual({
      schema: "ccp.providers/1",
      providers: {
        anthropic: {
          base_url: "https://api.anthropic.com",
          auth: { env: null, header_mode: "passthrough", scoped_env: {} },
          models: {},
          model_map: {},
          context_tokens: null,
          extractor: "anthropic",
          dialect: "anthropic",
          quota_poll_minutes: null,
          needs: {},
          answers: { restore_model: false, hold: "first_event", missing_stop: "complete" },
          trust_origin: false,
          enabled: true,
          state: "passthrough",
          key_env: null,
          key_set: false,
          reason: null,
        },
        zai: {
          base_url: "https://api.z.ai/api/anthropic",
          auth: { env: "ZAI_API_KEY", header_mode: "authorization", scoped_env: { work: "ZAI_WORK" } },
          models: { "glm-4.7": { lane: "zai", header_mode: "x-api-key" }, "glm-*": {} },
          model_map: { "*": "glm-5" },
          context_tokens: 200_000,
          extractor: "zai",
          dialect: "zai",
          quota_poll_minutes: null,
          needs: {},
          answers: { restore_model: false, hold: "first_event", missing_stop: "complete" },
          trust_origin: false,
          enabled: true,
          state: "ready",
          key_env: "ZAI_WORK",
          key_set: true,
          reason: null,
        },
      },
      routes: [{ pattern: "*", provider: "anthropic", fallback: ["zai"] }],
    });
    expect(JSON.stringify(view)).not.toContain("very-secret");
  });

  it("says nothing about keys that were not looked at", () => {
    expect(describeCatalog(catalog, []).providers.zai).toMatchObject({
      state: null,
      key_env: null,
      key_set: false,
    });
  });
});
