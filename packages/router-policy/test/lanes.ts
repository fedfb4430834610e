import { decide } from "../src/decide.ts";
import type { Decision } from "../src/decision.ts";
import type { LaneFacts, MarkView, RoutingSnapshot } from "../src/routing-snapshot.ts";

export const NOW = 1_800_000_000_000;
export const MINUTE = 60_000;

const NONE: MarkView = { state: "none", untilMs: null };
export const DECLARED: MarkView = { state: "declared", untilMs: NOW + 90 * MINUTE };
export const OWN: MarkView = { state: "own", untilMs: NOW + 5 * MINUTE };
export const HALF_OPEN: MarkView = { state: "half_open", untilMs: null };
export const PROBING: MarkView = { state: "probing", untilMs: null };

export const WARNED = { warned: true, headroomTokens: 200, predictedTokens: 150 } as const;
export const BLOCKED = { warned: true, blocked: true, headroomTokens: 100, predictedTokens: 150 } as const;
export const SPENT = { warned: true, blocked: true, spentUntilMs: NOW + 30 * MINUTE } as const;
export const PAUSED = { pausedUntilMs: NOW + 10_000 } as const;
export const NO_KEY = { usable: false, unusableReason: "ZAI_API_KEY is not set" } as const;

export function lane(name: string, facts: Partial<LaneFacts> = {}): LaneFacts {
  return {
    lane: name,
    usable: true,
    unusableReason: null,
    tried: false,
    mark: NONE,
    pausedUntilMs: null,
    warned: false,
    blocked: false,
    spentUntilMs: null,
    headroomTokens: 1000,
    predictedTokens: 150,
    ...facts,
  };
}
export const zai = (facts: Partial<LaneFacts> = {}): LaneFacts => lane("zai", facts);
export const anthropic = (facts: Partial<LaneFacts> = {}): LaneFacts => lane("anthropic", facts);

export function ask(lanes: readonly LaneFacts[], rest: Partial<RoutingSnapshot> = {}): Decision {
  return decide({ mode: "hybrid", preemptAt: "block", pin: null, after: null, ...rest, lanes }, NOW);
}

/** Lane, `decision`, `reroute_decision` and flags in one line. */
export function line(lanes: readonly LaneFacts[], rest: Partial<RoutingSnapshot> = {}): string {
  const decision = ask(lanes, rest);
  const { kind, rerouteDecision } = decision;
  if (kind !== "send") return `${kind} ${rerouteDecision}`;
  const flags = [
    decision.preferredAttempt && "warned",
    decision.probe && "probe",
    decision.changedLane && "moved",
  ];
  return [decision.lane, decision.decision, rerouteDecision, ...flags.filter(Boolean)].join(" ");
}
