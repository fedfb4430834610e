import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MockUpstream } from "../../packages/mock-upstream/src/index.ts";

/** Catalog and quotas of a gateway between two mock lanes. @returns The environment to start it with. */
export function writeConfiguration(
  dir: string,
  anthropic: MockUpstream,
  zai: MockUpstream,
): Record<string, string> {
  const providers = join(dir, "providers.yaml");
  const quotas = join(dir, "quotas.json");
  writeFileSync(
    providers,
    `providers:
  anthropic:
    base_url: ${anthropic.url}
    auth: { env: ANTHROPIC_AUTH_TOKEN, header_mode: passthrough }
    models: { "claude-*": {} }
  zai:
    base_url: ${zai.url}
    auth: { env: ZAI_API_KEY, header_mode: x-api-key }
    models: { "glm-*": {} }
    model_map: { "*": glm-5 }
    extractor: zai
    dialect: zai
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`,
  );
  writeFileSync(
    quotas,
    JSON.stringify({
      models: {
        "claude-haiku-4.5": { provider: "zai", rolling_tokens: 200_000, weekly_limit_value: 10_000_000 },
      },
    }),
  );
  return {
    CCP_PORT: "0",
    CCP_STATE_DIR: dir,
    CCP_PROVIDERS_FILE: providers,
    CCP_QUOTAS_FILE: quotas,
    CCP_REROUTE_MODE: "run2cap",
    ZAI_API_KEY: "soak-zai-key",
  };
}
