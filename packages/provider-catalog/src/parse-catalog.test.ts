import { describe, expect, it } from "vitest";
import type { Catalog } from "./catalog.ts";
import { formatIssue } from "./issue/issue.ts";
import { parseCatalog } from "./parse-catalog.ts";

function catalogOf(text: string): Catalog {
  const result = parseCatalog(text);
  if (!result.success) throw new Error(result.issues.map((issue) => formatIssue("test", issue)).join("\n"));
  return result.catalog;
}

function warningsOf(text: string): string[] {
  const result = parseCatalog(text);
  return result.success ? result.warnings.map((warning) => formatIssue("w", warning)) : ["not read"];
}

function messagesOf(text: string): string[] {
  const result = parseCatalog(text);
  return result.success ? [] : result.issues.map(({ path, message }) => `${path}: ${message}`);
}

const FULL = `# yaml-language-server: $schema=./providers.schema.json
providers:
  anthropic:
    base_url: https://api.anthropic.com
    auth: { env: ANTHROPIC_AUTH_TOKEN, header_mode: passthrough }
    models: { "claude-*": {} }
  zai:
    base_url: https://api.z.ai/api/anthropic
    auth:
      env: ZAI_API_KEY
      header_mode: x-api-key
      scoped_env: { work: ZAI_API_KEY_WORK, home: ZAI_API_KEY_HOME }
    models:
      "glm-4.7": { lane: zai, header_mode: x-api-key }
    model_map: { "claude-haiku-*": glm-4.7, "*": glm-5 }
    context_tokens: 200000
    extractor: zai
    needs: { systemTurns: keep, redact_user_id: true, fields: [max_tokens, stream], betas: ["effort-*"] }
    answers: { restore_model: true, hold: first_content, missing_stop: error }
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "glm-*", provider: zai, fallback: [] }
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`;

describe("parseCatalog", () => {
  it("reads every setting", () => {
    expect(catalogOf(FULL)).toEqual({
      lanes: [
        {
          id: "anthropic",
          baseUrl: "https://api.anthropic.com",
          origin: "https://api.anthropic.com",
          auth: { env: "ANTHROPIC_AUTH_TOKEN", headerMode: "passthrough", scopedEnv: {} },
          models: [{ pattern: "claude-*", lane: null, headerMode: null, contextTokens: null }],
          modelMap: [],
          contextTokens: null,
          extractor: "anthropic",
          dialect: "anthropic",
          quotaPollMinutes: null,
          needs: {},
          answers: { restoreModel: false, hold: "first_event", missingStop: "complete" },
          trustOrigin: false,
          enabled: true,
        },
        {
          id: "zai",
          baseUrl: "https://api.z.ai/api/anthropic",
          origin: "https://api.z.ai",
          auth: {
            env: "ZAI_API_KEY",
            headerMode: "x-api-key",
            scopedEnv: { work: "ZAI_API_KEY_WORK", home: "ZAI_API_KEY_HOME" },
          },
          models: [{ pattern: "glm-4.7", lane: "zai", headerMode: "x-api-key", contextTokens: null }],
          modelMap: [
            { pattern: "claude-haiku-*", model: "glm-4.7" },
            { pattern: "*", model: "glm-5" },
          ],
          contextTokens: 200_000,
          extractor: "zai",
          dialect: "zai",
          quotaPollMinutes: null,
          needs: {
            systemTurns: "keep",
            redactUserId: true,
            fields: ["max_tokens", "stream"],
            betas: ["effort-*"],
          },
          answers: { restoreModel: true, hold: "first_content", missingStop: "error" },
          trustOrigin: false,
          enabled: true,
        },
      ],
      routes: [
        { pattern: "claude-haiku*", provider: "zai", fallback: ["anthropic"] },
        { pattern: "glm-*", provider: "zai", fallback: [] },
        { pattern: "*", provider: "anthropic", fallback: ["zai"] },
      ],
    });
    expect(warningsOf(FULL)).toEqual([]);
  });

  it("reads camelCase spellings and the short forms of auth as the same catalog", () => {
    const other = `providers:
  anth:
    baseUrl: https://api.anthropic.com
    headerMode: passthrough
    key_env: ANTHROPIC_AUTH_TOKEN
    models: { "claude-*": }
  zai:
    baseUrl: https://api.z.ai/api/anthropic
    keyEnv: ZAI_API_KEY
    auth: { scopedEnv: { work: ZAI_API_KEY_WORK, home: ZAI_API_KEY_HOME } }
    models: { "glm-4.7": { lane: zai, headerMode: x-api-key } }
    modelMap: { "claude-haiku-*": glm-4.7, "*": glm-5 }
    contextTokens: 200000
    needs: { system_turns: keep, redactUserId: true, fields: [max_tokens, stream], betas: ["effort-*"] }
    answers: { restoreModel: true, hold: first_content, missingStop: error }
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anth] }
  - { pattern: "glm-*", provider: zai }
  - { pattern: "*", provider: anth, fallback: [zai] }
`;
    expect(catalogOf(other)).toEqual(catalogOf(FULL));
  });

  it("reads JSON of the same shape", () => {
    const json =
      '{"providers":{"zai":{"base_url":"https://api.z.ai/api/anthropic","key_env":"ZAI_API_KEY"}}}';
    expect(catalogOf(json).lanes[0]).toMatchObject({ id: "zai", auth: { headerMode: "x-api-key" } });
  });

  it("leaves the user's own names in the spelling they have", () => {
    const lane = catalogOf(`providers:
  a:
    base_url: http://localhost
    models: { baseUrl: {} }
    auth: { env: E, scoped_env: { myProfile: V } }`).lanes[0];
    expect(lane?.models[0]?.pattern).toBe("baseUrl");
    expect(lane?.auth.scopedEnv).toEqual({ myProfile: "V" });
  });
});

describe("header mode that is not written", () => {
  it.each([
    ["anthropic", "https://api.anthropic.com", "E", "passthrough"],
    ["anthropic", "http://127.0.0.1:9", null, "passthrough"],
    ["anthropic", "https://gateway.example", "E", "x-api-key"],
    ["team", "https://api.anthropic.com", "E", "x-api-key"],
    ["team", "https://api.anthropic.com", null, "passthrough"],
    ["local", "http://localhost:1", null, "none"],
    ["local", "http://localhost:1", "E", "x-api-key"],
  ])("%s at %s with variable %s: %s", (id, url, env, mode) => {
    const text = `providers: { ${id}: { base_url: "${url}", key_env: ${env} } }`;
    expect(catalogOf(text).lanes[0]?.auth.headerMode).toBe(mode);
  });

  it("cannot be assumed for a remote provider without a key", () => {
    expect(messagesOf("providers: { a: { base_url: https://h.example } }")).toEqual([
      "providers.a.auth.env: expected auth.env, the name of the variable that holds the key (or auth.header_mode: none), found nothing",
    ]);
    expect(messagesOf("providers: { a: { base_url: https://h.example, header_mode: none } }")).toEqual([]);
  });
});

describe("where credentials may go", () => {
  const passthrough = (url: string, more = "") =>
    `providers: { a: { base_url: "${url}", header_mode: passthrough${more} }, anthropic: { base_url: https://api.anthropic.com } }`;

  it.each([
    "https://api.anthropic.com",
    "https://API.anthropic.com:443/",
    "http://127.0.0.1:9",
    "http://[::1]:9",
    "http://localhost:9",
  ])("the client's own may go to %s", (url) => expect(messagesOf(passthrough(url))).toEqual([]));

  it.each([
    "https://api.z.ai/api/anthropic",
    "https://api.anthropic.com.evil.example",
    "https://api.anthropic.com:8443",
    "https://anthropic.com",
    "https://localhost.evil.example",
  ])("the client's own may not go to %s, unless the operator vouches for it", (url) => {
    expect(messagesOf(passthrough(url))).toEqual([
      "providers.a.header_mode: expected another header_mode, found passthrough: the client's own credential goes only to https://api.anthropic.com, to this machine, or to an origin marked trust_origin: true",
    ]);
    expect(messagesOf(passthrough(url, ", trust_origin: true"))).toEqual([]);
  });

  it("a models entry is held to the rule of the lane it sends to", () => {
    const text = (lane: string) => `providers:
  anthropic:
    base_url: https://api.anthropic.com
    models: { "x-1": { lane: ${lane}, header_mode: passthrough } }
  zai: { base_url: https://api.z.ai, key_env: ZAI_API_KEY }
routes: [{ pattern: x-1, provider: ${lane} }]`;
    expect(messagesOf(text("anthropic"))).toEqual([]);
    expect(messagesOf(text("zai"))).toEqual([
      "providers.anthropic.models.x-1.header_mode: expected another header_mode, found passthrough: the client's own credential goes only to https://api.anthropic.com, to this machine, or to an origin marked trust_origin: true",
    ]);
  });

  it("http:// needs this machine or trust_origin", () => {
    const at = (url: string, more: string) => `providers: { a: { base_url: "${url}", key_env: E${more} } }`;
    expect(messagesOf(at("http://localhost:8000", ""))).toEqual([]);
    expect(messagesOf(at("http://10.0.0.5:8000", ""))).toEqual([
      "providers.a.base_url: expected https:// (http:// is for this machine, or with trust_origin: true), found http://",
    ]);
    expect(messagesOf(at("http://10.0.0.5:8000", ", trust_origin: true"))).toEqual([]);
  });
});

describe("how answers are read", () => {
  it.each([
    ["glm", "https://open.bigmodel.cn/api/anthropic", "zai", "zai"],
    ["moonshot", "https://api.moonshot.cn/anthropic", "anthropic", "kimi"],
    ["zai", "http://127.0.0.1:1", "zai", "zai"],
    ["somebody", "https://h.example", "anthropic", "generic"],
    ["constructors", "https://h.example", "anthropic", "generic"],
  ])("%s at %s: %s, %s", (id, url, extractor, dialect) => {
    const text = `providers: { ${id}: { base_url: "${url}", key_env: E } }`;
    expect(catalogOf(text).lanes[0]).toMatchObject({ extractor, dialect });
  });

  it("the file has the last word", () => {
    const text =
      "providers: { zai: { base_url: https://api.z.ai, key_env: E, extractor: openai-chat, dialect: openai } }";
    expect(catalogOf(text).lanes[0]).toMatchObject({ extractor: "openai-chat", dialect: "openai" });
  });
});

describe("warnings", () => {
  it("names what has no effect and what is dangerous", () => {
    const text = `providers:
  a:
    base_url: https://h.example/v1
    auth: { env: E, header_mode: none }
  b:
    base_url: http://10.0.0.5
    trust_origin: true
    header_mode: passthrough
    models: { m-1: { lane: b } }
routes:
  - { pattern: "*", provider: a, fallback: [a, b, b] }
  - { pattern: glm-*, provider: b }
`;
    expect(warningsOf(text)).toEqual([
      "w:3:15 providers.a.base_url: read as https://h.example: requests add /v1/messages themselves",
      "w:4:18 providers.a.auth.env: the variable is never used: header_mode is none",
      "w:8:18 providers.b.header_mode: the client's own credential crosses the network unencrypted (http://)",
      "w:9:28 providers.b.models.m-1.lane: never used: a route or an entry before it sends this model to a",
      "w:11:45 routes[0].fallback[0]: stands in this route already: ignored",
      "w:11:51 routes[0].fallback[2]: stands in this route already: ignored",
      "w:12:5 routes[1]: never used: routes[0] takes these models first",
    ]);
    expect(catalogOf(text).routes[0]?.fallback).toEqual(["b"]);
  });

  it("says so when models without a route have nowhere to go", () => {
    expect(warningsOf("providers: { a: { base_url: http://localhost } }")).toEqual([
      "w:1:1 providers: no route takes every model and there is no provider anthropic: models without a route cannot be served",
    ]);
  });
});
