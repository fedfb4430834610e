import type { ExplainedDecision, Would } from "@ccp/usage-contract";
import type { RowState } from "./row-state.ts";

/** One limit that a lane was weighed against. */
export interface WouldConstraint {
  readonly lane: string;
  /** As the gateway calls it: `rolling`, `weekly`, `lane:5h`, `pool:NAME:rolling`. */
  readonly name: string;
  /** 0..1 and beyond. */
  readonly usedPct: number | null;
  readonly usedTokens: number | null;
  readonly capacityTokens: number | null;
  readonly headroomTokens: number | null;
  /** Epoch seconds. */
  readonly resetTs: number | null;
  readonly source: string | null;
  readonly state: "ok" | "warn" | "block";
}

/** The limits of each candidate lane, where this gateway tells them; else none. Never throws. */
export function wouldConstraints(would: Would): WouldConstraint[] {
  return (would.constraints ?? []).flatMap((entry) => readConstraint(entry, would.lane ?? "?"));
}

/** The limits of the preferred lane that a decision was taken on. */
export function decisionConstraints({ constraints, preferred_lane }: ExplainedDecision): WouldConstraint[] {
  return constraints.flatMap((entry) => readConstraint(entry, preferred_lane));
}

function readConstraint(entry: unknown, lane: string): WouldConstraint[] {
  if (typeof entry !== "object" || entry === null) return [];
  const one = entry as Readonly<Record<string, unknown>>;
  const name = text(one.name);
  if (name === null) return [];
  return [
    {
      lane: text(one.lane) ?? lane,
      name,
      usedPct: number(one.used_pct),
      usedTokens: number(one.used_tokens),
      capacityTokens: number(one.capacity_tokens),
      headroomTokens: number(one.headroom_tokens),
      resetTs: number(one.reset_ts),
      source: text(one.source),
      state: one.blocked === true ? "block" : one.warned === true ? "warn" : "ok",
    },
  ];
}

/** Why a candidate takes no request at `nowSec`, whatever its counts say; `null` where nothing shuts it. */
export function shutState({ states }: Would, lane: string, nowSec: number): RowState | null {
  const found = states !== undefined && Object.hasOwn(states, lane) ? states[lane] : undefined;
  if (found === undefined) return null;
  const { state, until_ts } = found;
  if (state === "cooldown")
    return { kind: state, leftSec: until_ts === null ? null : Math.max(0, until_ts - nowSec) };
  // Declared spent: then its other counts leave nothing, either. Without an end it is this request that does not fit.
  const isSpent = state === "block" && until_ts !== null;
  return isSpent || state === "disabled" || state === "auth_error" ? { kind: state } : null;
}

/** Candidates that cannot be asked, each with why: a fallback among them will not be there when it is needed. */
export function cannotAsk({ states = {} }: Would): string[] {
  return Object.entries(states).flatMap(([lane, { state, reason }]) =>
    reason !== undefined && (state === "disabled" || state === "auth_error") ? [`${lane}: ${reason}`] : [],
  );
}

/** Lanes that were looked at, the preferred one first; empty where the gateway does not tell. */
export function wouldLanes(would: Would): string[] {
  const { lanes } = would as { readonly lanes?: unknown };
  return Array.isArray(lanes) ? lanes.filter((lane): lane is string => typeof lane === "string") : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
