import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { SHARED_STATES, type SharedStatus } from "../shared/shared-count.ts";

const WAIT_BUCKETS_MS = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100];

/** The series of a count that gateways share. Without one they have no samples. */
export interface SharedSeries {
  /** A decision, and what it waited for the count. */
  decision(outcome: "granted" | "refused" | "alone", waitedMs: number): void;
  show(status: SharedStatus | null): void;
}

export function createSharedSeries(registry: Registry): SharedSeries {
  const registers = [registry];
  const state = new Gauge({
    name: "ccp_shared_state",
    help: "1 for the state that the shared count is in",
    labelNames: ["state"],
    registers,
  });
  const gateways = new Gauge({
    name: "ccp_shared_gateways",
    help: "Gateways that count together, this one included, as heard last",
    registers,
  });
  const decisions = new Counter({
    name: "ccp_shared_decisions_total",
    help: "Decisions that the shared count granted or refused, or that were taken alone",
    labelNames: ["outcome"],
    registers,
  });
  const wait = new Histogram({
    name: "ccp_shared_wait_ms",
    help: "What a decision waited for the shared count, ms",
    buckets: WAIT_BUCKETS_MS,
    registers,
  });
  const joins = new Counter({
    name: "ccp_shared_joins_total",
    help: "Times that this gateway was brought level with the shared count",
    registers,
  });
  for (const each of [gateways, joins]) each.remove();
  return {
    decision(outcome, waitedMs) {
      decisions.inc({ outcome });
      wait.observe(waitedMs);
    },
    show(status) {
      if (status === null) return;
      for (const each of SHARED_STATES) state.set({ state: each }, each === status.state ? 1 : 0);
      gateways.set(status.gateways);
      joins.reset();
      joins.inc(status.joins);
    },
  };
}
