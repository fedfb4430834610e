import type { Readyz, UsageView } from "@ccp/usage-contract";
import { isLoopbackHost } from "@ccp/usage-contract/core";
import type { Picture } from "../view/picture.ts";
import { type Line, span, type Tone } from "./line.ts";
import { safeText } from "./safe-text.ts";

/** What must not be overlooked, one line each, under the first line of a view; as a rule there is nothing. */
export function renderAlerts({ view }: Pick<Picture, "view">): Line[] {
  const alert = (word: string, text: string, tone: Tone = "warn"): Line => [
    span(word, tone),
    span(`  ${text}`),
  ];
  const { failover_paused, model_hint, gateway, log, quota_issues } = view;
  return [
    ...(failover_paused === true ? [alert("KILL SWITCH", "on: all goes to anthropic (OFFLOAD_PAUSED)")] : []),
    ...(model_hint === undefined
      ? []
      : [alert("HINT", `every request is routed as if it asked for ${safeText(model_hint)}`)]),
    ...(gateway === undefined || isLoopbackHost(gateway.host)
      ? []
      : [alert("OPEN", `listens on ${safeText(gateway.host)}: other machines can reach it`)]),
    ...(log === undefined || log.degraded === null
      ? []
      : [alert("LOG", `the usage log cannot be written: ${safeText(log.degraded)}`, "block")]),
    ...(quota_issues === undefined || quota_issues === 0
      ? []
      : [alert("QUOTAS", quotaText(view, quota_issues), "block")]),
    ...sharedLines(view),
  ];
}

/** Why no request can be served; `null` where they can. */
export function notReadyReason({ error, providers }: Readyz): string | null {
  if (error !== undefined) return error;
  return Object.values(providers).some(({ ok }) => ok) ? null : "no lane is on";
}

/** Whose usage the figures are, where several gateways share a plan. */
function sharedLines({ shared }: UsageView): Line[] {
  if (shared === undefined) return [];
  const { state, gateways, reason } = shared;
  if (state === "on") {
    if (gateways <= 1) return [];
    return [
      [span("SHARED", "dim"), span(`  figures of ${gateways} gateways on plan ${safeText(shared.plan)}`)],
    ];
  }
  const why = reason === undefined ? state : `${state}: ${safeText(reason)}`;
  const text = `  the shared count is ${why}; other gateways' usage is as heard last`;
  return [[span("SHARED", "warn"), span(text)]];
}

function quotaText({ path }: UsageView, issues: number): string {
  return `${issues} ${issues === 1 ? "thing is" : "things are"} wrong in ${safeText(path ?? "the quota file")}`;
}
