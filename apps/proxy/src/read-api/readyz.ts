import { formatIssue } from "@ccp/provider-catalog";
import type { Readyz } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { laneUnusable } from "../lanes/lane-runtime.ts";

/** Whether requests can be served: by the same word on lanes that the router goes by. */
export function readyz(deps: Deps): { ready: boolean; body: Readyz } {
  const providers: Readyz["providers"] = {};
  let usable = 0;
  for (const [lane, runtime] of deps.lanes) {
    const authError = deps.book.authError(lane, deps.clock.wallMs());
    const reason = laneUnusable(runtime) ?? authError;
    if (reason === null) usable += 1;
    providers[lane] = {
      ok: reason === null,
      status: reason === null ? "ready" : authError === null ? "disabled" : "auth_error",
      url: runtime.lane.baseUrl,
      ...(reason === null ? {} : { reason }),
    };
  }
  const error = notReady(usable, deps);
  return {
    ready: error === null,
    body: {
      providers,
      ts: deps.clock.wallMs() / 1000,
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
