import type { RerouteDecision } from "@ccp/usage-contract";

/** A rule in words. `tone` is how much it should catch the eye. */
export interface RuleWords {
  readonly word: string;
  readonly sentence: string;
  readonly tone: "calm" | "note" | "alarm";
}

const WORDS: Readonly<Record<RerouteDecision, RuleWords>> = {
  quota_pass: {
    word: "preferred",
    sentence: "Below the warn threshold: the preferred lane takes it.",
    tone: "calm",
  },
  quota_warn_attempt: {
    word: "warned, fits",
    sentence:
      "At or past the warn threshold, but the predicted cost still fits: one attempt on the preferred lane.",
    tone: "note",
  },
  quota_block: {
    word: "no room",
    sentence: "The preferred lane has no room for it: it goes to the fallback.",
    tone: "alarm",
  },
  quota_preemptive_warn: {
    word: "left early",
    sentence: "Past the warn threshold, and the quotas say to leave there: it goes to the fallback.",
    tone: "note",
  },
  quota_cooldown: {
    word: "cooling down",
    sentence: "A limit is marked on the preferred lane and has not passed yet: it goes to the fallback.",
    tone: "note",
  },
  quota_probe: {
    word: "probe",
    sentence: "A cooldown has just ended: this one request proves the lane, the others wait elsewhere.",
    tone: "note",
  },
  quota_run_to_limit: {
    word: "run to cap",
    sentence: "This mode stays on the preferred lane until the upstream itself refuses.",
    tone: "calm",
  },
  quota_overshoot: {
    word: "after a limit",
    sentence: "The upstream refused for a limit: the same request went to the next lane at once.",
    tone: "alarm",
  },
  fallback: {
    word: "after a failure",
    sentence: "The lane failed or could not be reached before the first byte: the next lane took it.",
    tone: "alarm",
  },
  no_fallback: {
    word: "nowhere to go",
    sentence: "A rule would have left the lane, but no other lane can be used.",
    tone: "alarm",
  },
};

/** A rule of a newer gateway has no words yet: its own name stands for them. */
export function ruleWords(rule: string): RuleWords {
  return Object.hasOwn(WORDS, rule)
    ? WORDS[rule as RerouteDecision]
    : { word: rule, sentence: rule, tone: "note" };
}

const MOVING: ReadonlySet<string> = new Set([
  "quota_block",
  "quota_preemptive_warn",
  "quota_cooldown",
  "quota_overshoot",
  "fallback",
]);

/** Whether a rule sends a request to another lane than the preferred one. */
export function movesAway(rule: string): boolean {
  return MOVING.has(rule);
}
