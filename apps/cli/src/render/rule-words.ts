import type { RerouteDecision } from "@ccp/usage-contract";

const WORDS: Readonly<Record<RerouteDecision, string>> = {
  quota_pass: "preferred",
  quota_warn_attempt: "past warn, fits",
  quota_block: "moved: no room",
  quota_preemptive_warn: "moved: past warn",
  quota_cooldown: "moved: cooling",
  quota_probe: "cooldown probe",
  quota_run_to_limit: "run to limit",
  quota_overshoot: "after a limit",
  fallback: "after a failure",
  no_fallback: "nowhere to go",
};

/** The rule that chose the lane, in a few words, the same ones on every screen; at most 16 columns. */
export function ruleWord(rule: RerouteDecision): string {
  return WORDS[rule];
}
