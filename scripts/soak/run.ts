import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../bench/stats.ts";
import type { Acknowledged } from "./check-log.ts";
import { judgeRequest, type Outcome } from "./judge-request.ts";
import type { Options } from "./options.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { type Seen, sendRequest } from "./send-request.ts";

export interface Run {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly pieces: number;
  /** Answers that another lane than the preferred one gave. */
  readonly rerouted: number;
  readonly faults: readonly string[];
  readonly acknowledged: ReadonlyMap<string, Acknowledged>;
  /** Requests whose client left before it knew their id. */
  readonly unknown: number;
}

const MOST_FAULTS = 20;
/** A client does not come back at once after a refusal. */
const REFUSED_PAUSE_MS = 100;

/** Keeps so many requests open until the time is up, and lets the last ones end. */
export async function runStreams(
  port: number,
  { streams, seconds, mostPauseMs, seed }: Options,
): Promise<Run> {
  const agent = new Agent({ keepAlive: true });
  const random = seededRandom(seed);
  const tally = createTally();
  const until = performance.now() + seconds * 1_000;
  let serial = 0;
  const work = async (): Promise<void> => {
    // Not all at the same moment.
    await sleep(random() * Math.min(1_000, streams));
    while (performance.now() < until && tally.faults.length < MOST_FAULTS) {
      serial += 1;
      const plan = drawPlan(serial.toString(36), mostPauseMs, random);
      const seen = await sendRequest(agent, port, plan);
      if (tally.take(plan, seen) === "refused") await sleep(REFUSED_PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: streams }, work));
  agent.destroy();
  return tally;
}

function createTally(): Run & { take(plan: Plan, seen: Seen): Outcome } {
  const outcomes = { whole: 0, "broken off": 0, refused: 0, left: 0, faulty: 0 };
  const faults: string[] = [];
  const acknowledged = new Map<string, Acknowledged>();
  const sums = { pieces: 0, rerouted: 0, unknown: 0 };
  return {
    outcomes,
    faults,
    acknowledged,
    get pieces() {
      return sums.pieces;
    },
    get rerouted() {
      return sums.rerouted;
    },
    get unknown() {
      return sums.unknown;
    },
    take(plan, seen) {
      const { outcome, fault } = judgeRequest(plan, seen);
      outcomes[outcome] += 1;
      if (fault !== null && faults.length < MOST_FAULTS) faults.push(fault);
      sums.pieces += seen.stream?.pieces ?? 0;
      const rid = seen.head?.header("x-ccp-request-id") ?? null;
      if (rid === null) sums.unknown += 1;
      else if (acknowledged.has(rid)) faults.push(`two answers are called ${rid}`);
      else acknowledged.set(rid, acknowledge(plan, seen, outcome));
      if (outcome === "whole" && REFUSED_FIRST.has(plan.kind)) sums.rerouted += 1;
      return outcome;
    },
  };
}

const REFUSED_FIRST: ReadonlySet<Plan["kind"]> = new Set(["throttle", "limit", "overload"]);

function acknowledge(plan: Plan, { head, left }: Seen, outcome: Outcome): Acknowledged {
  return {
    status: left ? null : (head?.status ?? null),
    outputTokens: outcome === "whole" ? plan.pieces : null,
  };
}
