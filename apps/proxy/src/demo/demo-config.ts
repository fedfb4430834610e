import type { QuotasFile } from "@ccp/usage-contract";

/** The demo's catalog: the lanes of the ordinary one, led to mock upstreams. */
export function demoCatalog(urls: { readonly anthropic: string; readonly zai: string }): string {
  return `providers:
  anthropic:
    base_url: ${urls.anthropic}
    auth: { env: DEMO_ANTHROPIC_KEY, header_mode: passthrough }
    models: { "claude-*": {} }
  zai:
    base_url: ${urls.zai}
    auth: { env: DEMO_ZAI_KEY, header_mode: x-api-key }
    models: { "glm-*": {} }
    model_map: { "claude-haiku-*": glm-4.7, "*": glm-5 }
    context_tokens: 200000
    extractor: zai
    dialect: zai
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "glm-*", provider: zai, fallback: [] }
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`;
}

/** Caps a little above what the mock plans grant, as a user's guess would be: there is something to calibrate. */
export const DEMO_QUOTAS: QuotasFile = {
  models: {
    "claude-haiku-*": {
      provider: "zai",
      rolling_tokens: 100_000,
      rolling_kind: "anchored",
      weekly_limit_type: "tokens",
      weekly_limit_value: 4_000_000,
    },
    "glm-4.6": {
      provider: "zai",
      rolling_tokens: 100_000,
      weekly_limit_type: "tokens",
      weekly_limit_value: 4_000_000,
    },
    "claude-opus-*": {
      provider: "anthropic",
      rolling_tokens: 700_000,
      rolling_kind: "anchored",
      weekly_limit_type: "tokens",
      weekly_limit_value: 30_000_000,
    },
  },
};
