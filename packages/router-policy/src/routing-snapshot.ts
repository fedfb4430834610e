import type { LaneId, RerouteMode } from "@ccp/usage-contract";

/**
 * What a lane's limit mark says for one model at one instant.
 * - `none`: no mark
 * - `declared`: a limit whose end the upstream named, or one set by hand; binds in every mode
 * - `own`: a limit without a named end; the gateway's own cooldown runs
 * - `half_open`: the time is over, and no request has proved the lane yet
 * - `probing`: the same, and one request is on its way to prove it
 */
export interface MarkView {
  readonly state: "none" | "declared" | "own" | "half_open" | "probing";
  /** Epoch ms; `null` unless the state is `declared` or `own`. */
  readonly untilMs: number | null;
}

/** What is known of one lane for one request. */
export interface LaneFacts {
  readonly lane: LaneId;
  /** Configured, enabled, key present, no auth error, context fits. A cooling lane is usable. */
  readonly usable: boolean;
  /** A clause for people, e.g. `ZAI_API_KEY is not set`; `null` when usable. */
  readonly unusableReason: string | null;
  /** Whether this request has been there already. */
  readonly tried: boolean;
  readonly mark: MarkView;
  /** End of the latest pause (overload, throttle, circuit breaker), epoch ms; `null` when open. */
  readonly pausedUntilMs: number | null;
  /** At or past the warn threshold. */
  readonly warned: boolean;
  /** No room left, by count or by declaration. */
  readonly blocked: boolean;
  /** When a window that the lane itself declares spent resets, epoch ms; `null` when none is. */
  readonly spentUntilMs: number | null;
  /** Counted tokens left in the tightest window; `null` where no cap is known. */
  readonly headroomTokens: number | null;
  /** Counted tokens that this request is expected to take. */
  readonly predictedTokens: number;
  /** Its context is expected to be too small for the conversation, and may yet hold it. Default `false`. */
  readonly mayBeTooSmall?: boolean;
}

/** Where the conversation that a request belongs to was served last. */
export interface SessionFacts {
  readonly lane: LaneId;
  /** When the session came to that lane, epoch ms. */
  readonly atMs: number;
  /** Tokens of it that lie in that lane's prompt cache; 0 when none do, or it is not known. */
  readonly cachedTokens: number;
}

/** All that a decision depends on, apart from the time. */
export interface RoutingSnapshot {
  readonly mode: RerouteMode;
  /** From where the mode `preemptive` leaves the preferred lane. */
  readonly preemptAt: "block" | "warn";
  /** `kill_switch`: everything to `anthropic`. `manual`: the preferred lane was named by hand. */
  readonly pin: null | "kill_switch" | "manual";
  /** The preferred lane, then the fallbacks in the route's order. At least one. */
  readonly lanes: readonly LaneFacts[];
  /** What the attempt before this one met; `null` for the first. */
  readonly after: null | { readonly kind: "limit" | "failure"; readonly lane: LaneId };
  /** `null` or absent: nothing is known of a session, and the rules alone decide. */
  readonly session?: SessionFacts | null;
  /** How long a session stays on the lane it came to, seconds; 0: not at all. Default 300. */
  readonly dwellSec?: number;
}
