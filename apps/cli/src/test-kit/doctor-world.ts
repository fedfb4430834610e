import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeCatalog, parseCatalog, resolveLaneKeys } from "@ccp/provider-catalog";
import type { QuotasFile, UsageView } from "@ccp/usage-contract";
import { onTestFinished } from "vitest";
import type { HttpAnswer } from "../client/http-call.ts";
import { json, runTest, type TestRoutes, type TestRun } from "./run-test.ts";
import { lane, view } from "./views.ts";

export const CATALOG = `providers:
  anthropic: { base_url: "https://api.anthropic.com", auth: { header_mode: passthrough } }
  zai: { base_url: "https://api.z.ai/api/anthropic", auth: { env: ZAI_API_KEY, header_mode: x-api-key } }
  deepseek: { base_url: "https://api.deepseek.com/anthropic", auth: { env: DEEPSEEK_API_KEY, header_mode: x-api-key } }
routes:
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`;

/** What a gateway with that catalog answers. */
export function catalogView(
  keys: Record<string, string>,
  path: string | null = null,
  more: object = {},
): HttpAnswer {
  const parsed = parseCatalog(CATALOG);
  if (!parsed.success) throw new Error("the test's own catalog is wrong");
  const { providers, routes } = describeCatalog(parsed.catalog, resolveLaneKeys(parsed.catalog, keys, null));
  return json({ ts: 1, path, profile: null, providers, routes, ...more });
}

export const QUOTAS: QuotasFile = { models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000 } } };
export const quotasView = (path: string | null, more: object = {}): HttpAnswer =>
  json({ config: QUOTAS, path, loaded: "2026-11-21T19:00:00.000Z", ...more });

export const GATEWAY: NonNullable<UsageView["gateway"]> = {
  version: "9.9.9",
  node: "v24.21.0",
  pid: 4242,
  host: "127.0.0.1",
};
export const READY: HttpAnswer = json({ providers: {}, ts: 1, source: "built-in" });
/** A gateway that is well, and does not tell of its quota file. */
export const WELL: TestRoutes & { readonly "GET /v1/usage": HttpAnswer } = {
  "GET /v1/usage": json(view({ uptime_sec: 11_520, gateway: GATEWAY, lanes: { zai: lane("ok") } })),
  "GET /readyz": READY,
  "GET /v1/providers": catalogView({ ZAI_API_KEY: "x" }),
};

export interface DoctorHome {
  readonly homeDir: string;
  /** Absolute path of what was written. */
  readonly write: (name: string, text: string) => string;
  readonly run: (argv: string[], routes: TestRoutes | null, env?: Record<string, string>) => Promise<TestRun>;
}

/** A home folder of its own, and `cc doctor` in it. */
export function home(): DoctorHome {
  const homeDir = mkdtempSync(join(tmpdir(), "cc-doctor-"));
  onTestFinished(() => rmSync(homeDir, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    const file = join(homeDir, name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const run = (argv: string[], routes: TestRoutes | null, env: Record<string, string> = {}) =>
    runTest(["doctor", ...argv], { env: { XDG_STATE_HOME: "", ...env }, routes, deps: { homeDir } });
  return { homeDir, write, run };
}

/** A shell that leads to the gateway. */
export const SHELL: Readonly<Record<string, string>> = {
  ANTHROPIC_BASE_URL: "http://127.0.0.1:8082",
  ANTHROPIC_DEFAULT_HAIKU_MODEL: "claude-haiku-4-5-20251001",
};
