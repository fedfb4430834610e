import type { UsageView } from "@ccp/usage-contract";
import type { ConnectionState } from "./connection.ts";
import { byId, setText } from "./dom.ts";
import { countdown, span } from "./format.ts";

/** The page's word on itself: what it shows, how old that is, whether the gateway is there. */
export interface Status {
  describe(view: UsageView, version: string): void;
  connection(state: ConnectionState): void;
  paused(isPaused: boolean): void;
  /** Each second. */
  tick(): void;
}

export function createStatus(): Status {
  let state: ConnectionState | null = null;
  let answeredMs = performance.now();
  let isPaused = false;
  const banner = byId("banner");
  const show = (): void => {
    const isLost = state?.connection.kind === "lost" && !isPaused;
    const age = countdown((performance.now() - answeredMs) / 1000);
    document.body.classList.toggle("lost", isLost);
    const live = byId("live");
    live.dataset.state = isPaused ? "paused" : isLost ? "lost" : "live";
    setText(live, isPaused ? "paused" : isLost ? "lost" : "live");
    setText(byId("updated"), isLost || isPaused ? `shown as of ${age} ago` : `updated ${age} ago`);
    banner.hidden = !isLost;
    setText(byId("lost-age"), age);
  };
  return {
    describe(view, version) {
      answeredMs = performance.now();
      byId("demo").hidden = view.demo !== true;
      const parts = [
        view.failover_paused === true
          ? "everything to anthropic (OFFLOAD_PAUSED)"
          : `mode ${view.reroute_mode}`,
        ...(view.model_hint === undefined ? [] : [`routed as ${view.model_hint}`]),
        ...(view.uptime_sec === undefined ? [] : [`up ${span(view.uptime_sec)}`]),
        `v${version}`,
      ];
      setText(byId("facts"), parts.join("  ·  "));
      show();
    },
    connection(next) {
      state = next;
      if (next.connection.kind === "live") answeredMs = next.lastAnswerMs;
      show();
    },
    paused(paused) {
      isPaused = paused;
      show();
    },
    tick: show,
  };
}
