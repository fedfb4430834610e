import { formatIssue } from "@ccp/provider-catalog";
import type { Deps } from "../deps.ts";
import { laneProxies, laneUnusable } from "../lanes/lane-runtime.ts";
import type { Gateway } from "../start-gateway.ts";
import { whyUnrouted } from "../state/reload-catalog.ts";
import { CLI_NAME } from "./cli-name.ts";

/** Whether mock upstreams stand in for the vendors, and whether made-up agents use them. */
export type DemoState = "off" | "quiet" | "traffic";

/** What runs where, and what to type next. */
export function printReady(gateway: Gateway, demo: DemoState): void {
  process.stdout.write(renderReady(gateway, demo));
}

export function renderReady(gateway: Gateway, demo: DemoState): string {
  const { deps, url } = gateway;
  const badge = demo !== "off" ? "   DEMO (mock upstreams, time x60)" : "";
  const usable: string[] = [];
  const off: string[] = [];
  for (const [lane, runtime] of deps.lanes) {
    const reason = laneUnusable(runtime);
    if (reason === null)
      usable.push(`${lane}${runtime.key.state === "passthrough" ? " (your own login)" : ""}`);
    else if (deps.catalogInForce.path !== null || runtime.key.state === "missing_key")
      off.push(`${lane}: ${reason}`);
  }
  const { rerouteMode, offloadPaused } = deps.settings;
  const hint = deps.modelHint();
  // Elsewhere than at the usual address, the commands have to be told where.
  const at = url === USUAL_URL ? "" : ` --url ${url}`;
  const lines = [
    `ccp ${deps.version}  ${url}   mode ${rerouteMode}${badge}`,
    ...(offloadPaused ? ["  PAUSED     everything goes to anthropic (OFFLOAD_PAUSED)"] : []),
    ...(hint === null ? [] : [`  HINT       every request is routed as if it asked for ${hint}`]),
    ...brokenLines(deps),
    `  lanes      ${usable.join("   ") || "none is usable"}${usable.length === 1 ? "; nothing is rerouted while it is alone" : ""}`,
    ...(off.length > 0 && demo === "off" ? [`  off        ${shorten(off, at)}`] : []),
    ...laneProxies(deps.lanes).map((proxy) => `  proxy      lanes elsewhere are reached through ${proxy}`),
    `  use it     export ANTHROPIC_BASE_URL=${url}`,
    `  try        ${at === "" ? `${CLI_NAME} quotas · ` : ""}${CLI_NAME} hud${at} · ${CLI_NAME} doctor${at} · ${url}/dashboard`,
    ...demoLines(demo, at),
  ];
  return `${lines.join("\n")}\n`;
}

/** Said where nobody can overlook it: the lines before it may have scrolled away. */
function brokenLines({ catalogInForce, quotas }: Pick<Deps, "catalogInForce" | "quotas">): string[] {
  const catalog = whyUnrouted(catalogInForce);
  const { issues, path } = quotas.current();
  const [quota] = issues;
  return [
    ...(catalog === null ? [] : [`  BROKEN     ${catalog}`]),
    ...(quota === undefined ? [] : [`  BROKEN     quotas: ${formatIssue(path ?? "quotas.json", quota)}`]),
  ];
}

const USUAL_URL = "http://127.0.0.1:8082";
const SHOWN_LANES = 2;

/** @param at What tells a command where the gateway is, if it has to be told. */
function demoLines(demo: DemoState, at: string): string[] {
  if (demo === "off") return [];
  if (demo === "traffic")
    return ["  traffic    made-up agents are at work; zai meets its limit within about a minute"];
  return [
    `  quiet      nobody asks yet: start with --demo --traffic, or ANTHROPIC_AUTH_TOKEN=demo ${CLI_NAME} claude${at}`,
  ];
}

function shorten(off: readonly string[], at: string): string {
  const more = off.length - SHOWN_LANES;
  const shown = off.slice(0, SHOWN_LANES).join("   ");
  return more > 0 ? `${shown}   and ${more} more (${CLI_NAME} providers${at})` : shown;
}
