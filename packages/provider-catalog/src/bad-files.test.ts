import { describe, expect, it } from "vitest";
import { formatIssue } from "./issue/issue.ts";
import { parseCatalog } from "./parse-catalog.ts";
import { parseQuotas } from "./parse-quotas.ts";

/** What a person reads for a bad file: the wording is part of the product. */
function complaints(file: string, text: string): string {
  const result = file.startsWith("providers") ? parseCatalog(text) : parseQuotas(text);
  return result.success ? "(accepted)" : result.issues.map((issue) => formatIssue(file, issue)).join("\n");
}

const good = "base_url: https://api.z.ai/api/anthropic\n    key_env: ZAI_API_KEY";
const zai = `providers:\n  zai:\n    ${good}\n`;

const PROVIDERS: Readonly<Record<string, string>> = {
  "an empty file": "",
  "comments only": "# later\n",
  "a list": "- zai\n",
  "a bare word": "zai",
  "no providers": "routes: []\n",
  "no provider in providers": "providers: {}\n",
  "providers as a list": "providers:\n  - base_url: https://api.z.ai\n",
  "a tab": "providers:\n\tzai:\n",
  "wrong indentation": "providers:\n  zai:\n    base_url: x\n   auth: y\n",
  "an open quote": 'providers:\n  zai:\n    base_url: "https://api.z.ai\n',
  "an open bracket": "providers: { zai: { base_url: https://api.z.ai\n",
  "a star without quotes": `${zai}routes:\n  - pattern: *\n    provider: zai\n`,
  "a star and a name without quotes": `${zai}routes:\n  - pattern: *-mini\n    provider: zai\n`,
  "two colons": "providers: zai: x\n",
  "two documents": `${zai}---\n${zai}`,
  "a tag": "providers:\n  zai:\n    base_url: !env ZAI_URL\n",
  "a merge key": `base: &b { key_env: ZAI_API_KEY }\nproviders:\n  zai:\n    <<: *b\n    base_url: https://api.z.ai\n`,
  "a key twice": `${zai}  zai:\n    ${good}\n`,
  "a setting in two spellings": `providers:\n  zai:\n    ${good}\n    baseUrl: https://api.z.ai\n`,
  "a setting in two places": `providers:\n  zai:\n    ${good}\n    auth: { env: OTHER_KEY }\n`,
  "anthropic under both names":
    "providers:\n  anth: { base_url: https://api.anthropic.com }\n  anthropic: { base_url: https://api.anthropic.com }\n",
  "mistyped keys": `providers:\n  zai:\n    base_ulr: https://api.z.ai\n    key_evn: ZAI_API_KEY\n    colour: red\nroute: []\n`,
  "wrong types": `providers:\n  zai:\n    base_url: 5\n    key_env: [A]\n    models: [glm-4.7]\n    model_map: { "*": 5 }\n    context_tokens: 200k\n    enabled: maybe\nroutes: { a: b }\n`,
  "a context of no size": `${zai}    context_tokens: 0\n`,
  "words of another vocabulary": `providers:\n  zai:\n    ${good}\n    header_mode: Bearer\n    extractor: openai_chat\n    dialect: glm\n`,
  "unknown providers": `${zai}    models: { glm-5: { lane: zia } }\nroutes:\n  - { pattern: a, provider: zia, fallback: [antropic, zai] }\n  - { pattern: b, provider: anthropic, fallback: zai }\n`,
  "blank patterns": `${zai}    models: { "": {} }\n    model_map: { " ": glm-5, a: "*" }\nroutes: [{ pattern: " ", provider: zai }, { pattern: "", provider: zai }]\n`,
  "names no lane can have":
    "providers:\n  Z.AI!: { base_url: http://localhost }\n  none: { base_url: http://localhost }\n  __proto__: { base_url: http://localhost }\n",
  addresses:
    "providers:\n  a: { base_url: api.z.ai }\n  b: { base_url: ftp://h }\n  c: { base_url: 'https://user:pass@h' }\n  d: { base_url: 'https://h/?api_key=1' }\n  e: { base_url: http://10.0.0.5 }\n  f: { base_url: 'https://$HOST' }\n  g: { base_url: }\n",
  "a key where its variable belongs":
    "providers:\n  zai:\n    base_url: https://api.z.ai\n    key_env: sk-ant-api03-abc\n    auth: { scoped_env: { work: 0123456789abcdef.ghijkl } }\n    api_key: abcdef0123456789\n",
  "a key that could be a variable's name":
    "providers:\n  zai:\n    base_url: https://api.z.ai\n    key_env: abcdef0123456789abcdef\n",
  "no key":
    "providers:\n  zai:\n    base_url: https://api.z.ai\n  b:\n    base_url: https://h.example\n    header_mode: authorization\n",
  "a stranger given the client's credential":
    "providers:\n  zai:\n    base_url: https://api.z.ai\n    auth: { header_mode: passthrough }\n",
  "UTF-16": "p\u0000r\u0000o\u0000",
};

const QUOTAS: Readonly<Record<string, string>> = {
  "an empty file": "",
  "cut JSON": '{ "models": { "glm-5": { "provider": "zai" }',
  "numbers out of range":
    '{ "windows": { "rolling_seconds": 0 },\n  "models": { "glm-5": { "provider": "zai", "warn_pct": 80, "rolling_tokens": -1 } } }',
  "mistyped keys":
    '{ "model": {},\n  "models": { "glm-5": { "provder": "zai", "rolling_token": 5, "limit": 5 } } }',
  "a wrong anchor": "models:\n  glm-5: { provider: zai, weekly_kind: fix, weekly_anchor: monday 9:00 }\n",
  "one model in two spellings": "models:\n  glm-4.7: { provider: zai }\n  GLM-4-7: { provider: zai }\n",
  "a pool of nothing": "pools:\n  p: { provider: zai, models: [] }\n  q: { models: glm-5 }\n",
};

describe("what a bad providers.yaml is told", () => {
  it.each(Object.entries(PROVIDERS))("%s", (_, text) => {
    expect(complaints("providers.yaml", text)).toMatchSnapshot();
  });
});

describe("what a bad quotas file is told", () => {
  it.each(Object.entries(QUOTAS))("%s", (_, text) => {
    expect(complaints("quotas.json", text)).toMatchSnapshot();
  });
});

describe("a fallback that has no name for its route's models", () => {
  const file = (kimi: string, fallback = "kimi"): string => `providers:
  anthropic: { base_url: "https://api.anthropic.com", auth: { env: A, header_mode: passthrough }, models: { "claude-*": {} } }
  kimi: { base_url: "https://api.kimi.com/coding", auth: { env: K, header_mode: x-api-key }${kimi} }
routes:
  - { pattern: "*", provider: anthropic, fallback: [${fallback}] }
`;
  const warned = (text: string) => {
    const result = parseCatalog(text);
    return result.success ? result.warnings.map(({ path, message }) => `${path}: ${message}`) : result.issues;
  };

  it("is said when the file is read, before the limit comes", () => {
    expect(warned(file(', models: { "kimi-*": {} }'))).toEqual([
      "routes[0].fallback[0]: never used: kimi has no name for claude-*; add it to its models or its model_map",
    ]);
    expect(warned(file(', model_map: { "claude-opus*": kimi-k3 }'))).toEqual([]);
    expect(warned(file(', models: { "kimi-*": {} }, model_map: { "*": kimi-k3 }'))).toEqual([]);
    expect(warned(file(""))).toEqual([]);
  });
});
