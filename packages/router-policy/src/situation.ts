import type { RerouteMode } from "@ccp/usage-contract";
import { isSpent } from "./lane-state.ts";
import { HYBRID } from "./modes/hybrid.ts";
import { PREEMPTIVE } from "./modes/preemptive.ts";
import { applyRules, type Rule, type RuleVerdict } from "./modes/rule.ts";
import { RUN2CAP } from "./modes/run2cap.ts";
import type { LaneFacts, RoutingSnapshot } from "./routing-snapshot.ts";

const RULES: Readonly<Record<RerouteMode, readonly Rule[]>> = {
  preemptive: PREEMPTIVE,
  run2cap: RUN2CAP,
  hybrid: HYBRID,
};

/** A snapshot with its preferred lane told apart. */
export interface Situation {
  readonly snapshot: RoutingSnapshot;
  readonly preferred: LaneFacts;
  /** The other lanes that this request may still go to, in the route's order. */
  readonly others: readonly LaneFacts[];
  readonly nowMs: number;
}

export function toSituation(snapshot: RoutingSnapshot, nowMs: number): Situation {
  const [preferred, ...rest] = snapshot.lanes;
  if (preferred === undefined) throw new RangeError("a routing snapshot needs at least one lane");
  return { snapshot, preferred, others: rest.filter((lane) => mayGoTo(snapshot, lane)), nowMs };
}

/** What the mode's rules want for the preferred lane. */
export function applyMode({ snapshot, preferred, nowMs }: Situation): RuleVerdict {
  return applyRules(RULES[snapshot.mode], { lane: preferred, preemptAt: snapshot.preemptAt, nowMs });
}

/** Usable, and not tried by this request. */
export function mayGoTo(snapshot: RoutingSnapshot, lane: LaneFacts): boolean {
  return lane.usable && !wasTried(snapshot, lane);
}

/** Whether each usable lane stated a limit that is not over, and the route has a usable lane beside the preferred one. */
export function isEveryLaneSpent({ snapshot, preferred, nowMs }: Situation): boolean {
  const usable = snapshot.lanes.filter((lane) => lane.usable);
  return usable.some((lane) => lane !== preferred) && usable.every((lane) => isSpent(lane, nowMs));
}

function wasTried(snapshot: RoutingSnapshot, lane: LaneFacts): boolean {
  return lane.tried || lane.lane === snapshot.after?.lane;
}
