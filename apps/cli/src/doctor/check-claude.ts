import type { ClaudeSettings } from "../statusline/claude-settings.ts";
import { installedLine } from "../statusline/status-line.ts";
import { type Check, ok, warn } from "./check.ts";

/** What Claude Code's own settings say: they win over the shell. */
export function checkClaude({ text, path }: ClaudeSettings, url: string, cc: string): Check[] {
  if (text === null) return [ok("claude", `${path} does not exist`)];
  return [...baseUrlChecks(text, url), statusLineCheck(text, cc)];
}

function baseUrlChecks(text: string, url: string): Check[] {
  const settings: unknown = JSON.parse(text);
  const env = typeof settings === "object" && settings !== null && "env" in settings ? settings.env : null;
  const set =
    typeof env === "object" && env !== null && "ANTHROPIC_BASE_URL" in env ? env.ANTHROPIC_BASE_URL : null;
  if (typeof set !== "string" || set === "") return [];
  const host = URL.canParse(set) ? new URL(set).host : "no address";
  if (host === new URL(url).host) return [ok("claude", "its settings lead to the gateway")];
  const fix = "change env.ANTHROPIC_BASE_URL in its settings, or remove it";
  return [warn("claude", `its settings lead to ${host}, whatever the shell says`, fix)];
}

function statusLineCheck(text: string, cc: string): Check {
  const line = installedLine(text);
  if (line?.isOurs === true) return ok("claude", "its status line asks the gateway");
  const what = line === null ? "it has no status line" : "its status line is another one";
  return ok("claude", `${what}; ours: ${cc} statusline install`);
}
