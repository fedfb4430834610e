import { atUrl } from "../view/at-url.ts";
import { tokenInHeaders } from "../view/shell-exports.ts";
import { type Check, ok, warn } from "./check.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** How agents started from this shell reach the gateway. Values are never shown, but for the address's host. */
export function checkShell(env: Env, url: string, cc: string): Check[] {
  return [
    baseUrl(env, url, cc),
    ...OTHER_WAYS.filter((name) => isSet(env, name)).map((name) =>
      warn("shell", `${name} is set: Claude Code then passes the gateway by`, `unset ${name}`),
    ),
    ...CREDENTIALS.filter((name) => isSet(env, name)).map((name) =>
      warn(
        "shell",
        `${name} is set: it takes the place of a claude.ai login`,
        `unset ${name}, if you log in`,
      ),
    ),
    ...haiku(env),
    ...clientToken(env, `${cc} env${atUrl(url, env)}`),
    ...proxy(env, url),
  ];
}

const OTHER_WAYS = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"];
const CREDENTIALS = ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"];

function baseUrl(env: Env, url: string, cc: string): Check {
  const set = env.ANTHROPIC_BASE_URL?.trim() ?? "";
  const at = atUrl(url, env);
  const fix = `eval "$(${cc} env${at})", or start agents by: ${cc} claude${at}`;
  if (set === "")
    return warn("shell", "ANTHROPIC_BASE_URL is not set: agents of this shell pass the gateway by", fix);
  if (!URL.canParse(set)) return warn("shell", "ANTHROPIC_BASE_URL is no address", fix);
  // The host alone: an address may carry a credential.
  const { host, pathname } = new URL(set);
  if (host !== new URL(url).host)
    return warn("shell", `ANTHROPIC_BASE_URL leads to ${host}, not to the gateway`, fix);
  if (pathname !== "/") {
    return warn(
      "shell",
      "ANTHROPIC_BASE_URL has a path: clients add /v1 by themselves",
      `export ANTHROPIC_BASE_URL=${url}`,
    );
  }
  return ok("shell", "ANTHROPIC_BASE_URL leads to the gateway");
}

function haiku(env: Env): Check[] {
  if (isSet(env, "ANTHROPIC_DEFAULT_HAIKU_MODEL") || !isSet(env, "ANTHROPIC_BASE_URL")) return [];
  const text = "ANTHROPIC_DEFAULT_HAIKU_MODEL is not set: background work asks for the main model";
  return [warn("shell", text, "export ANTHROPIC_DEFAULT_HAIKU_MODEL=claude-haiku-4-5-20251001")];
}

/** Whether the gateway asks for it, it does not say; that it is set here says that it most likely does. */
function clientToken(env: Env, cc: string): Check[] {
  const headers = env.ANTHROPIC_CUSTOM_HEADERS;
  if (!isSet(env, "CCP_CLIENT_TOKEN") || tokenInHeaders(headers) !== "none") return [];
  const text = "CCP_CLIENT_TOKEN is set, but ANTHROPIC_CUSTOM_HEADERS has no x-ccp-token: agents are refused";
  return [warn("shell", text, `eval "$(${cc})"`)];
}

function proxy(env: Env, url: string): Check[] {
  const set = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].filter((name) => isSet(env, name));
  const { hostname } = new URL(url);
  const spared = `${env.NO_PROXY ?? ""},${env.no_proxy ?? ""}`.split(",").map((each) => each.trim());
  if (set.length === 0 || spared.includes(hostname) || spared.includes("*")) return [];
  const text = `${set.join(" and ")} may lead clients of the gateway elsewhere`;
  return [warn("shell", text, `export NO_PROXY=${hostname}`)];
}

function isSet(env: Env, name: string): boolean {
  return (env[name] ?? "").trim() !== "";
}
