import { laneUnusable } from "../lanes/lane-runtime.ts";
import type { Gateway } from "../start-gateway.ts";

/** What runs where, and what to type next. */
export function printReady(gateway: Gateway, demo: boolean): void {
  process.stdout.write(renderReady(gateway, demo));
}

export function renderReady(gateway: Gateway, demo: boolean): string {
  const { deps, url } = gateway;
  const badge = demo ? "   DEMO (mock upstreams, time x60)" : "";
  const usable: string[] = [];
  const off: string[] = [];
  for (const [lane, runtime] of deps.lanes) {
    const reason = laneUnusable(runtime);
    if (reason === null)
      usable.push(`${lane}${runtime.key.state === "passthrough" ? " (your own login)" : ""}`);
    else if (deps.catalogInForce.path !== null || runtime.key.state === "missing_key")
      off.push(`${lane}: ${reason}`);
  }
  const lines = [
    `ccp ${deps.version}  ${url}   mode ${deps.settings.rerouteMode}${badge}`,
    `  lanes      ${usable.join("   ") || "none is usable"}`,
    ...(off.length > 0 && !demo ? [`  off        ${off.join("   ")}`] : []),
    `  use it     export ANTHROPIC_BASE_URL=${url}`,
    "  look       npx cc quotas · npx cc status",
  ];
  return `${lines.join("\n")}\n`;
}
