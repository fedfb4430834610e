import type { Readyz, UsageView } from "@ccp/usage-contract";
import { isLoopbackHost } from "@ccp/usage-contract/core";
import { spanText } from "../render/quantity.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** What is at the gateway's address. */
export type GatewayFinding =
  | { readonly kind: "gateway"; readonly view: UsageView; readonly ready: Readyz | null }
  /** Nothing listens. */
  | { readonly kind: "nobody" }
  /** Something listens and is no gateway, or none of this version. */
  | { readonly kind: "stranger"; readonly why: string };

export interface GatewayPlace {
  readonly url: string;
  readonly cc: string;
  /** Of this command. */
  readonly version: string;
  /** Epoch seconds of this machine. */
  readonly nowSec: number;
  /** Its quota file was told of already. */
  readonly tellsQuotas: boolean;
  /** `node, process 4242`; `null` where that cannot be told. */
  readonly holder: string | null;
}

/** Clocks of one machine may differ by the time an answer takes. */
const MAX_SKEW_SEC = 5;

export function checkGateway(found: GatewayFinding, place: GatewayPlace): Check[] {
  const { url, cc, holder } = place;
  switch (found.kind) {
    case "nobody":
      return [
        ok("port", `${url} is free`),
        fail("gateway", "it does not run", `${cc} start, or to keep it running: ${cc} service install`),
      ];
    case "stranger": {
      const who = holder === null ? "another program" : holder;
      const text = `${who} has ${url}, and is no gateway of this version (${found.why})`;
      return [fail("port", text, "end it or restart the gateway; or choose another port: CCP_PORT=8083")];
    }
    case "gateway":
      return gatewayChecks(found, place);
    default:
      found satisfies never;
      return [];
  }
}

function gatewayChecks(
  { view, ready }: Extract<GatewayFinding, { kind: "gateway" }>,
  place: GatewayPlace,
): Check[] {
  const { gateway, uptime_sec } = view;
  const facts = [
    gateway === undefined ? "an older version" : `version ${gateway.version}, Node ${gateway.node}`,
    `mode ${view.reroute_mode}`,
    ...(uptime_sec === undefined ? [] : [`up ${spanText(uptime_sec)}`]),
    ...(view.demo === true ? ["DEMO"] : []),
  ];
  return [
    ok("port", `${place.url} is the gateway's${gateway === undefined ? "" : ` (process ${gateway.pid})`}`),
    versionCheck(facts.join(", "), gateway?.version, place),
    ...readyChecks(ready),
    ...pauseChecks(view),
    ...clockChecks(view, place),
    ...logChecks(view),
    ...(place.tellsQuotas ? [] : quotaChecks(view, place.cc)),
  ];
}

function versionCheck(text: string, version: string | undefined, { cc, version: own }: GatewayPlace): Check {
  if (version === own) return ok("gateway", text);
  return warn("gateway", `${text}; this command is ${own}`, `restart the gateway: ${cc} start`);
}

function readyChecks(ready: Readyz | null): Check[] {
  if (ready?.error === undefined) return [];
  return [fail("gateway", `it is not ready: ${ready.error}`, "mend that")];
}

function pauseChecks({ failover_paused, model_hint, gateway }: UsageView): Check[] {
  const checks: Check[] = [];
  if (failover_paused === true) {
    checks.push(warn("gateway", "PAUSED: everything goes to anthropic", "restart it without OFFLOAD_PAUSED"));
  }
  if (model_hint !== undefined) {
    const text = `HINT: every request is routed as if it asked for ${model_hint}`;
    checks.push(warn("gateway", text, "unset CCP_MODEL, or empty ~/.config/ccp/model"));
  }
  if (gateway !== undefined && !isLoopbackHost(gateway.host)) {
    checks.push(warn("gateway", `it listens on ${gateway.host}: other machines can reach it`, null));
  }
  return checks;
}

function clockChecks({ demo, ts }: UsageView, { nowSec }: GatewayPlace): Check[] {
  const skew = Math.round(ts - nowSec);
  if (demo === true || Math.abs(skew) <= MAX_SKEW_SEC) return [];
  return [
    warn("clock", `the gateway's is ${skew}s off this machine's`, "set the clocks; resets are read wrongly"),
  ];
}

function logChecks({ log }: UsageView): Check[] {
  if (log === undefined) return [];
  if (log.degraded !== null) {
    const text = `the gateway cannot write its log: ${log.degraded}`;
    return [fail("log", text, "free the disk, or make the folder writable; serving goes on")];
  }
  return log.dropped === 0 ? [] : [warn("log", `${log.dropped} lines were given up since the start`, null)];
}

function quotaChecks({ quota_issues, path }: UsageView, cc: string): Check[] {
  if (!quota_issues) return [];
  const text = `the gateway found ${quota_issues} wrong in ${path ?? "its quota file"}`;
  return [fail("quotas", text, `${cc} quotas says what; then: ${cc} quotas reload`)];
}
