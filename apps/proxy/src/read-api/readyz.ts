import { formatIssue } from "@ccp/provider-catalog";
import { verdictView } from "@ccp/router-policy";
import type { Readyz } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { judgeLanes } from "../lanes/judge-lanes.ts";
import { modelUsages } from "./usage-view.ts";

/** Whether requests can be served: by the same word on lanes that the router goes by. */
export function readyz(deps: Deps): { ready: boolean; body: Readyz } {
  const providers: Readyz["providers"] = {};
  const nowMs = deps.clock.wallMs();
  const judge = judgeLanes(nowMs, deps);
  const models = modelUsages(deps, nowMs);
  let usable = 0;
  for (const [lane, runtime] of deps.lanes) {
    const verdict = judge.lane(lane, models);
    const { state, reason } = verdict;
    const isOff = state === "disabled" || state === "auth_error";
    if (!isOff) usable += 1;
    providers[lane] = {
      ok: !isOff,
      status: isOff ? state : "ready",
      url: runtime.lane.baseUrl,
      ...(isOff && reason !== null ? { reason } : {}),
      state,
      until_ts: verdictView(verdict).until_ts,
    };
  }
  const error = notReady(usable, deps);
  return {
    ready: error === null,
    body: {
      providers,
      ts: nowMs / 1000,
      source: deps.catalogInForce.path ?? "built-in",
      // Told, and never a reason not to be ready: without the shared count this gateway serves by its own.
      ...(deps.shared === null ? {} : { shared: deps.shared.status().state }),
      ...(error === null ? {} : { error }),
    },
  };
}

function notReady(usable: number, deps: Deps): string | null {
  if (deps.drain.active) return "draining";
  const issue = deps.catalogInForce.issues[0];
  if (issue !== undefined)
    return `not valid: ${formatIssue(deps.catalogInForce.path ?? "providers.yaml", issue)}`;
  return usable === 0 ? "no lane is usable" : null;
}
