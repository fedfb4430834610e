/** Reroute modes, in the order the documentation lists them. */
export const REROUTE_MODES = ["preemptive", "run2cap", "hybrid"] as const;
export type RerouteMode = (typeof REROUTE_MODES)[number];
export const DEFAULT_REROUTE_MODE: RerouteMode = "hybrid";

const MODE_SYNONYMS: ReadonlyMap<string, RerouteMode> = new Map([
  ["run_to_cap", "run2cap"],
  ["run-to-cap", "run2cap"],
]);

/**
 * Reads a reroute mode as a person writes it: any case, surrounding blanks, and the synonyms `run_to_cap`
 * and `run-to-cap`.
 *
 * @returns The mode, or `null` for a word that names none: the caller warns and takes the default.
 */
export function parseRerouteMode(text: string): RerouteMode | null {
  const word = text.trim().toLowerCase();
  return REROUTE_MODES.find((mode) => mode === word) ?? MODE_SYNONYMS.get(word) ?? null;
}

/** Why a request went where it went: the coarse kind written as `decision`. */
export const DECISIONS = [
  "pass_through",
  "forced_model",
  "manual_override",
  "failover_paused",
  "reroute_policy",
  "fallback",
  "no_fallback",
] as const;
export type DecisionKind = (typeof DECISIONS)[number];

/** The rule that fired: written as `reroute_decision`, `decision_reason` and `x-ccp-decision`. */
export const REROUTE_DECISIONS = [
  "quota_pass",
  "quota_warn_attempt",
  "quota_block",
  "quota_preemptive_warn",
  "quota_cooldown",
  "quota_probe",
  "quota_run_to_limit",
  "quota_overshoot",
  "fallback",
  "no_fallback",
] as const;
export type RerouteDecision = (typeof REROUTE_DECISIONS)[number];

/**
 * Whether a rule sends a request to another lane. The others keep it where it is, though an attempt past the warn
 * threshold is written as `reroute_policy`, too.
 */
export function changesLane(rule: RerouteDecision): boolean {
  return LANE_CHANGES.has(rule);
}

const LANE_CHANGES: ReadonlySet<RerouteDecision> = new Set([
  "quota_block",
  "quota_preemptive_warn",
  "quota_cooldown",
  "quota_overshoot",
  "fallback",
]);

/**
 * Who waits for a request. `main`: a person, in the conversation; also whatever cannot be told. `subagent`: the main
 * agent. `background`: nobody (session titles, summaries).
 */
export const TRAFFIC_CLASSES = ["main", "subagent", "background"] as const;
export type TrafficClass = (typeof TRAFFIC_CLASSES)[number];

export const LANE_STATES = ["ok", "warn", "block", "cooldown", "disabled", "auth_error", "unknown"] as const;
export type LaneState = (typeof LANE_STATES)[number];

/** How serious a state is: what colours it on every screen. */
export type LaneTone = "ok" | "warn" | "bad" | "quiet" | "cool";

/** The word and the tone of a state, the same on every screen. */
export const LANE_STATE_WORDS: Readonly<
  Record<LaneState, { readonly word: string; readonly tone: LaneTone }>
> = {
  ok: { word: "ok", tone: "ok" },
  warn: { word: "warn", tone: "warn" },
  block: { word: "BLOCK", tone: "bad" },
  cooldown: { word: "cool", tone: "cool" },
  disabled: { word: "off", tone: "quiet" },
  auth_error: { word: "auth", tone: "bad" },
  unknown: { word: "?", tone: "quiet" },
};

/**
 * Whether a lane would refuse a request now, as far as is known: whatever its used share says. A single refusal may be
 * chance; two in a row without an answer between them are not.
 */
export function refusesAll({
  state,
  refusals = 0,
}: {
  readonly state: LaneState;
  readonly refusals?: number | undefined;
}): boolean {
  return SHUT.has(state) || refusals >= 2;
}

const SHUT: ReadonlySet<LaneState> = new Set(["auth_error", "block", "cooldown", "disabled"]);

/** Where a number comes from, most trusted first. */
export const NUMBER_SOURCES = ["header", "endpoint", "statusline", "counted", "config"] as const;
export type NumberSource = (typeof NUMBER_SOURCES)[number];

/** Provider id of a lane in the catalog, e.g. `zai`. */
export type LaneId = string;
/** The lane that takes everything no rule sends elsewhere. */
export const ANTHROPIC_LANE: LaneId = "anthropic";

/** `anth` is accepted wherever a person names the Anthropic lane. */
export function laneId(name: string): LaneId {
  return name === "anth" ? ANTHROPIC_LANE : name;
}

/** Reads one header, lower-case name. Structural, so that a `Headers` object and a plain record both fit. */
export interface HeaderReader {
  get(name: string): string | null;
}
