import type { NumberSource } from "./words.ts";

/**
 * What an upstream answer means for routing.
 * - `ok`: served
 * - `quota`: a plan window is spent; marks the lane (by scope) until the reset
 * - `throttle`: too fast right now; hop, no mark
 * - `overload`: the upstream is busy (529); a short bench, never evidence about a cap
 * - `entitlement`: the plan does not include this request; returned as it is
 * - `dead_lane`: no balance, plan ended: needs the operator
 * - `auth`: credential refused; never called quota
 * - `request`: the request's own fault (400, 404, 413); returned as it is
 * - `server_error`: 5xx or an answer that is no answer (HTML, 204)
 */
export const SIGNAL_KINDS = [
  "ok",
  "quota",
  "throttle",
  "overload",
  "entitlement",
  "dead_lane",
  "auth",
  "request",
  "server_error",
] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

/** Whom a refusal binds: this request only, this model on the lane, or the lane's whole account. */
export type SignalScope = "request" | "model" | "account";

export interface LimitSignal {
  readonly kind: SignalKind;
  readonly scope: SignalScope;
  /** Wall clock, epoch ms, when the upstream says the limit ends; `null` when it does not say. */
  readonly resetAtMs: number | null;
  /** The upstream's own `retry-after` (header or body), in ms; `null` when absent or unreadable. */
  readonly retryAfterMs: number | null;
  /** Which part of the answer told: a header, the body, the first stream event, or the bare status. */
  readonly source: "header" | "body" | "stream" | "status";
  /** `5h`, `7d`, `7d_oi`, `day`, `month`: the spent window, where the answer names one. */
  readonly window: string | null;
  /** The vendor's code, e.g. `1308`, or Anthropic's error type. */
  readonly code: string | null;
  /** The upstream's own words; control characters removed, at most 300 characters. For people, not for rules. */
  readonly message: string | null;
}

/** One window as an upstream declares it. Several arrive with each answer; a missing one says nothing. */
export interface WindowReading {
  /** `5h`, `7d`, `7d_oi`, `month`, … */
  readonly name: string;
  readonly lengthMs: number | null;
  /** 0..1 and a little beyond (1.04 was seen); `null` when only a reset or a status is declared. */
  readonly usedRatio: number | null;
  readonly resetAtMs: number | null;
  readonly status: "allowed" | "allowed_warning" | "rejected" | null;
  /** `account`: binds every model of the lane. `model`: binds only the family of the model that was asked for. */
  readonly scope: "account" | "model";
  readonly source: Extract<NumberSource, "header" | "endpoint" | "statusline">;
  /** Absolute numbers, where the source has them, in the plan's own unit (credits, prompts, tokens). */
  readonly usedAmount: number | null;
  readonly limitAmount: number | null;
  /** When the source said so, epoch ms. Absent: just now. */
  readonly observedAtMs?: number;
}
