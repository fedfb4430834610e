import type { DecisionKind, LaneId, RerouteDecision } from "@ccp/usage-contract";

/** The words of a decision. */
export interface Explained {
  readonly decision: DecisionKind;
  readonly rerouteDecision: RerouteDecision;
  /** One sentence for people. */
  readonly reason: string;
}

/** Send the request to `lane`. */
export interface SendDecision extends Explained {
  readonly kind: "send";
  readonly lane: LaneId;
  /** An attempt on the preferred lane at or past its warn threshold. */
  readonly preferredAttempt: boolean;
  /** This request proves a lane whose cooldown is over. */
  readonly probe: boolean;
  /** Another lane than the preferred one; after an attempt, another than that attempt's. */
  readonly changedLane: boolean;
}

/** Every usable lane is spent: answer 429 at once. */
export interface RefuseDecision extends Explained {
  readonly kind: "refuse";
  /** The earliest reset among the lanes, epoch ms; `null` when none is known. */
  readonly retryAtMs: number | null;
}

/** Nothing is left to ask: relay the last answer, or say why when there is none. */
export interface GiveUpDecision extends Explained {
  readonly kind: "give_up";
}

export type Decision = SendDecision | RefuseDecision | GiveUpDecision;
