import type { UsageEvent } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import type { Run } from "../exchange/run.ts";

/** Tells a collector what the gateway did. Nothing here may slow a request, fail one, or throw. */
export interface Telemetry {
  /** Called once, before the first request: gauges are read off these parts at each report. */
  attach(deps: Deps): void;
  /** Called when the client has its answer. Takes down what it needs; the work is done later. */
  exchangeEnded(run: Run, event: UsageEvent): void;
  /** Sends what is left, for at most `limitMs`. */
  close(limitMs: number): Promise<void>;
}
