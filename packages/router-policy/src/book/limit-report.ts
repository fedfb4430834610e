import type { LaneId } from "@ccp/usage-contract";

/** A limit that a lane answered, or that an operator marks. Times are epoch ms, lengths ms. */
export interface LimitReport {
  readonly lane: LaneId;
  /** `null`: the limit binds the lane's account, and with it all its models. */
  readonly model: string | null;
  /** The declared end; `null` when the lane named none. */
  readonly untilMs: number | null;
  /** Length of the spent window, to which a declared end is cut; `null` when unknown (then 7 days). */
  readonly windowMs: number | null;
  /** The gateway's own cooldown where no end was named; 0 switches it off. */
  readonly cooldownMs: number;
  /**
   * Up to how many times its length the cooldown grows, by once its length for each probe in a row that was refused.
   * Absent: it does not grow.
   */
  readonly cooldownSteps?: number;
  readonly nowMs: number;
  /** Marked by an operator: binds in every mode, and replaces what was declared before. */
  readonly byHand?: boolean;
}

export interface MarkOutcome {
  /** The end of the mark as it now stands; `null` when none was made. */
  readonly untilMs: number | null;
  /** The declared end, where it had to be cut or raised to what it can mean; else `null`. */
  readonly clampedFromMs: number | null;
}
