import { ANTHROPIC_LANE, type LaneId } from "@ccp/usage-contract/core";
import {
  type Catalog,
  DEFAULT_ANSWERS,
  type HeaderMode,
  type Lane,
  type LaneModel,
  type ModelMapping,
  type Route,
} from "./catalog.ts";
import { readingOf } from "./known-upstreams.ts";

interface LaneFacts {
  readonly origin: string;
  /** Path of the base URL. */
  readonly path?: string;
  readonly env: string | null;
  readonly headerMode: HeaderMode;
  readonly models?: readonly LaneModel[];
  readonly modelMap?: readonly ModelMapping[];
  readonly contextTokens?: number;
  readonly enabled?: boolean;
}

/**
 * What the gateway runs on when no file is found: Anthropic with the client's own login, the Anthropic-compatible
 * plans that are known (each off until its key is set), and local servers, switched off.
 */
export function builtInCatalog(): Catalog {
  return { lanes: [...plans(), ...localServers()], routes: routes() };
}

function plans(): Lane[] {
  return [
    lane(ANTHROPIC_LANE, {
      origin: "https://api.anthropic.com",
      env: "ANTHROPIC_AUTH_TOKEN",
      headerMode: "passthrough",
      models: names("claude-*"),
    }),
    lane("zai", { origin: "https://api.z.ai", path: "/api/anthropic", env: "ZAI_API_KEY", ...glm("zai") }),
    lane("bigmodel", {
      origin: "https://open.bigmodel.cn",
      path: "/api/anthropic",
      env: "BIGMODEL_API_KEY",
      ...glm(null),
    }),
    keyed("kimi", "https://api.kimi.com", "/coding", names("kimi-*")),
    keyed("moonshot", "https://api.moonshot.ai", "/anthropic", names("kimi-*", "moonshot-*")),
    keyed("minimax", "https://api.minimax.io", "/anthropic", names("minimax-*")),
    // Claude names are mapped by DeepSeek itself; other foreign names get a 400.
    keyed("deepseek", "https://api.deepseek.com", "/anthropic", names("deepseek-*", "claude-*")),
    lane("openrouter", {
      origin: "https://openrouter.ai",
      path: "/api",
      env: "OPENROUTER_API_KEY",
      headerMode: "authorization",
      models: names("*/*"),
    }),
  ];
}

/** Off, so that a request never ends on a server that happens to listen there. Ports are the usual defaults. */
function localServers(): Lane[] {
  return [
    local("ollama", 11_434),
    local("lmstudio", 1234),
    local("vllm", 8000),
    local("llama.cpp", 8080),
    local("sglang", 30_000),
  ];
}

function routes(): Route[] {
  return [
    { pattern: "claude-haiku*", provider: "zai", fallback: [ANTHROPIC_LANE] },
    { pattern: "glm-*", provider: "zai", fallback: [] },
    { pattern: "kimi-*", provider: "kimi", fallback: ["moonshot"] },
    { pattern: "minimax-*", provider: "minimax", fallback: [] },
    { pattern: "deepseek-*", provider: "deepseek", fallback: [] },
    { pattern: "*", provider: ANTHROPIC_LANE, fallback: ["zai"] },
  ];
}

/** What both hosts of the GLM coding plan have in common. */
function glm(route: LaneId | null): Pick<LaneFacts, "headerMode" | "models" | "modelMap" | "contextTokens"> {
  return {
    headerMode: "x-api-key",
    models: [
      { pattern: "glm-4.7", lane: route, headerMode: "x-api-key", contextTokens: null },
      { pattern: "glm-5.3[1m]", lane: route, headerMode: null, contextTokens: 1_000_000 },
      { pattern: "glm-5.2[1m]", lane: route, headerMode: null, contextTokens: 1_000_000 },
      ...names("glm-*"),
    ],
    modelMap: [
      { pattern: "claude-haiku-*", model: "glm-4.7" },
      { pattern: "*", model: "glm-5" },
    ],
    contextTokens: 200_000,
  };
}

function keyed(id: LaneId, origin: string, path: string, models: readonly LaneModel[]): Lane {
  return lane(id, { origin, path, env: `${id.toUpperCase()}_API_KEY`, headerMode: "x-api-key", models });
}

function local(id: LaneId, port: number): Lane {
  return lane(id, { origin: `http://127.0.0.1:${port}`, env: null, headerMode: "none", enabled: false });
}

function names(...patterns: readonly string[]): LaneModel[] {
  return patterns.map((pattern) => ({ pattern, lane: null, headerMode: null, contextTokens: null }));
}

function lane(id: LaneId, facts: LaneFacts): Lane {
  return {
    id,
    baseUrl: facts.origin + (facts.path ?? ""),
    origin: facts.origin,
    auth: { env: facts.env, headerMode: facts.headerMode, scopedEnv: {} },
    models: facts.models ?? [],
    modelMap: facts.modelMap ?? [],
    contextTokens: facts.contextTokens ?? null,
    quotaPollMinutes: null,
    ...readingOf(facts.origin, id),
    needs: {},
    answers: DEFAULT_ANSWERS,
    trustOrigin: false,
    enabled: facts.enabled ?? true,
  };
}
