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

/** What other gateways use and hold of one such window. */
export interface OthersView extends Pick<SharedWindow, "scope" | "window"> {
  readonly usedTokens: number;
  readonly heldTokens: number;
  /** Where a window with `ownStart` begins for all of them, epoch ms; `null`: nothing is known. */
  readonly startMs: number | null;
  /** Not all of them have told yet: what was known before stays, if it was more. */
  readonly atLeast?: boolean;
}
