import type { EndReason, RerouteDecision, UsageEvent } from "@ccp/usage-contract";
import { millisText } from "../../render/quantity.ts";
import { type Exchange, newestEntry } from "../data/exchanges.ts";

/** The rule that chose the lane, in a few words. */
const RULES: Readonly<Record<RerouteDecision, string>> = {
  quota_pass: "preferred",
  quota_warn_attempt: "past warn, still fits",
  quota_block: "moved: no room left",
  quota_preemptive_warn: "moved: past warn",
  quota_cooldown: "moved: lane is cooling",
  quota_probe: "probe after a cooldown",
  quota_run_to_limit: "runs to the limit",
  quota_overshoot: "rerouted: limit",
  fallback: "rerouted: failure",
  no_fallback: "nowhere to go",
};

const ENDS: Readonly<Record<Exclude<EndReason, "ok" | "streaming">, string>> = {
  stream_timeout: "stream went silent",
  truncated: "stream broke off",
  client_closed: "client left",
  error: "failed",
};

/** Why this lane, and how it ended where that was not well: `rerouted: limit, 0.3s wasted`. */
export function outcomeWords(exchange: Exchange): string {
  const entry = newestEntry(exchange);
  if (entry === null) return "";
  const { end } = exchange;
  const words = [
    ruleWords(entry),
    entry.wasted_retry_ms > 0 ? `${millisText(entry.wasted_retry_ms)} wasted` : null,
    end === null ? null : endWords(end),
    exchange.isCut ? "end not seen" : null,
  ];
  return words.filter((word) => word !== null).join(", ");
}

export function ruleWords({ decision, reroute_decision, lane }: UsageEvent): string {
  if (decision === "failover_paused") return "kill switch is on";
  if (decision === "manual_override") return "model hint";
  if (lane === "none") return "refused: all lanes spent";
  return RULES[reroute_decision];
}

export function sampleRule(rule: RerouteDecision): string {
  return RULES[rule];
}

function endWords({ reason, err_type, status }: UsageEvent): string | null {
  if (reason === "ok" || reason === "streaming") return null;
  if (reason !== "error") return ENDS[reason];
  if (err_type === "429" || status === 429) return "limit";
  return err_type === "" ? ENDS.error : `failed: ${err_type}`;
}
