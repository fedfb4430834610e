import type { LaneId } from "@ccp/usage-contract";
import type { AssessInput, UsageRecord } from "../types.ts";

/** A capped window that several gateways on one plan count together, as one of them reckons it. */
export interface SharedWindow {
  /** What is counted: `model:LANE:KEY` or `pool:LANE:NAME`. */
  readonly scope: string;
  readonly window: "rolling" | "weekly";
  readonly lengthMs: number;
  readonly bucketMs: number;
  /** Where it begins, epoch ms; `null` where it begins with its first request and none came. */
  readonly sinceMs: number | null;
  /** It begins with the first request of any gateway. */
  readonly ownStart: boolean;
  /** Counted by this engine alone. */
  readonly usedTokens: number;
  /** What blocks: the capacity times the learned bias, less what the asking class of traffic leaves free. */
  readonly limitTokens: number;
}

/** What one answer adds to one such window. */
export interface SharedCost extends Pick<SharedWindow, "scope" | "window" | "lengthMs" | "bucketMs"> {
  readonly tokens: number;
}

/** All that this engine counted in one such window, by bucket. */
export interface SharedSeries extends Pick<SharedWindow, "scope" | "window" | "lengthMs" | "bucketMs"> {
  readonly rows: readonly { readonly atMs: number; readonly tokens: number }[];
}

/** What other gateways use of one such window. */
export interface OthersUsed extends Pick<SharedWindow, "scope" | "window"> {
  readonly usedTokens: number;
}

/** The same, with what they hold. */
export interface OthersView extends OthersUsed {
  readonly heldTokens: number;
  /** Where a window with `ownStart` begins for all of them, epoch ms; `null`: nothing is known. */
  readonly startMs: number | null;
  /** Not all of them have told yet: what was known before stays, if it was more. */
  readonly atLeast?: boolean;
}

/** The engine's side of a count that several gateways share. */
export interface SharedCounter {
  /** The capped windows that bind a model on a lane. */
  windows(input: Omit<AssessInput, "predicted">): SharedWindow[];
  /** What a record adds to them; counts nothing. */
  costs(record: UsageRecord): SharedCost[];
  /** Everything this engine counted in capped windows. */
  series(nowMs: number): SharedSeries[];
  /**
   * Takes in what other gateways on the plan use: from now on every figure of these windows is the whole plan's. While
   * there are others (`gateways` includes this one), no span of a declared ratio is measured: their tokens move it too.
   */
  observeOthers(
    lane: LaneId,
    model: string,
    views: readonly OthersView[],
    gateways: number,
    nowMs: number,
  ): void;
  /** What they use now of the windows that bind a model on a lane; empty when nothing is known of them. */
  usedByOthers(lane: LaneId, model: string, nowMs: number): OthersUsed[];
  /**
   * The other gateways cannot be heard: what they used stands, and of the room that is left now only this gateway's share
   * may be used. `gateways` 1 gives all of it back.
   */
  standAlone(gateways: number, nowMs: number): void;
}
