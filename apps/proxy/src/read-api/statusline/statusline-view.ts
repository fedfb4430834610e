/** What one status line tells. Ratios are 0..1 and may exceed 1; unknown is `null`. */
export interface StatuslineView {
  /** The client's model as it names it to people; `null` where it did not say. */
  readonly model: string | null;
  /** Where a request for that model would go now. */
  readonly route: StatuslineRoute | null;
  /** Windows of the lane of the route, shortest first. */
  readonly windows: readonly StatuslineWindow[];
  /** Seconds that the lane of the route cools down for; `null` where it is open. */
  readonly coolSec: number | null;
  /** Each other lane that has a number or cools down. */
  readonly others: readonly StatuslineLane[];
  /** Share of the session's context that is used, 0..1. */
  readonly context: number | null;
  /** Words that must not be overlooked: DEMO, PAUSED. */
  readonly badges: readonly string[];
}

export type StatuslineRoute =
  | { readonly kind: "preferred"; readonly lane: string }
  /** Another lane stands in for `preferred`, because of `why`. */
  | { readonly kind: "rerouted"; readonly lane: string; readonly preferred: string; readonly why: string }
  /** No lane would take it; `retrySec` seconds until one might. */
  | { readonly kind: "refused"; readonly retrySec: number | null };

export interface StatuslineLane {
  readonly lane: string;
  /** The fullest one; `null` where none has a number. */
  readonly window: StatuslineWindow | null;
  /** Seconds that it cools down for; `null` where it is open. */
  readonly coolSec: number | null;
}

export interface StatuslineWindow {
  /** `5h`, `7d`, … */
  readonly name: string;
  readonly usedPct: number;
  readonly state: "ok" | "warn" | "block";
  /** Seconds to the reset. */
  readonly resetSec: number | null;
}
