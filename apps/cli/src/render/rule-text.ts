import type { DecisionKind, RerouteDecision } from "@ccp/usage-contract";
import { changesLane } from "@ccp/usage-contract/core";

const RULES: Readonly<Record<RerouteDecision, string>> = {
  quota_pass: "the lane was below its warn threshold",
  quota_warn_attempt: "the lane was past its warn threshold and had room for the request",
  quota_block: "the preferred lane had no room for the request",
  quota_preemptive_warn: "the preferred lane was past its warn threshold, and mode preemptive leaves then",
  quota_cooldown: "the preferred lane was at its limit and cooled down",
  quota_probe: "the lane's cooldown was over, and this request proved it",
  quota_run_to_limit: "mode run2cap stays until the upstream itself refuses",
  quota_overshoot: "the lane before it met a limit",
  fallback: "the lane before it failed or could not be asked",
  no_fallback: "a rule would have left the lane, and no other was usable",
};

const KINDS: Readonly<Record<DecisionKind, string>> = {
  pass_through: "passed through to anthropic",
  forced_model: "the route sends this model there",
  manual_override: "named by hand (CCP_MODEL or the model file)",
  failover_paused: "the kill switch (OFFLOAD_PAUSED) sends everything to anthropic",
  reroute_policy: "moved by a quota rule",
  fallback: "moved, as the lane before it failed or could not be asked",
  no_fallback: "nowhere else to go",
};

/** What the rule means, as part of a sentence. */
export function ruleText(rule: RerouteDecision): string {
  return RULES[rule];
}

/** Why the gateway answered by itself, as far as its status tells. */
export function refusalText(status: number): string {
  return status === 429
    ? "every lane that could be asked was spent or cooled down, so none was asked"
    : "no lane could be asked";
}

const KEPT = "asked all the same, past its warn threshold";

/** What kind of decision it was, as part of a sentence. An attempt past the warn threshold moves nothing. */
export function decisionText(made: {
  readonly decision: DecisionKind;
  readonly reroute_decision: RerouteDecision;
}): string {
  const { decision, reroute_decision } = made;
  return decision === "reroute_policy" && !changesLane(reroute_decision) ? KEPT : KINDS[decision];
}
