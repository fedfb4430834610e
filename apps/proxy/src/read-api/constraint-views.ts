import type { Assessment } from "@ccp/quota-engine";
import type { ConstraintView } from "@ccp/usage-contract";

/** The limits of one lane as they go over the wire. */
export function constraintViews({ constraints, binding }: Assessment): ConstraintView[] {
  return constraints.map((constraint) => ({
    name: constraint.name,
    used_pct: constraint.usedPct,
    used_tokens: constraint.usedTokens,
    capacity_tokens: constraint.capacityTokens,
    effective_capacity_tokens: constraint.effectiveCapacityTokens,
    headroom_tokens: constraint.headroomTokens,
    reset_ts: constraint.resetAtMs === null ? null : constraint.resetAtMs / 1000,
    source: constraint.source,
    age_sec: constraint.ageMs === null ? null : constraint.ageMs / 1000,
    warned: constraint.warned,
    blocked: constraint.blocked,
    binding: constraint === binding,
  }));
}
