import type { EndReason, UsageEvent } from "@ccp/usage-contract";
import { millisText } from "../../render/quantity.ts";
import { ruleWord } from "../../render/rule-words.ts";
import { type Exchange, newestEntry } from "../data/exchanges.ts";

const ALL_SPENT = "all lanes spent";

const ENDS: Readonly<Record<Exclude<EndReason, "ok" | "streaming">, string>> = {
  stream_timeout: "stream went silent",
  truncated: "stream broke off",
  client_closed: "client left",
  error: "failed",
};

/** How it ended where that was not well, why this lane, and what it cost: `after a limit, 0.3s wasted`. */
export function outcomeWords(exchange: Exchange): string {
  const entry = newestEntry(exchange);
  if (entry === null) return "";
  const rule = ruleWords(entry);
  if (rule === ALL_SPENT) return rule;
  const ended = exchange.isCut ? "end not seen" : exchange.end === null ? null : endWords(exchange.end);
  const words = [
    ended,
    // That it went where it should says nothing beside what went wrong.
    ended !== null && rule === ruleWord("quota_pass") ? null : rule,
    entry.wasted_retry_ms > 0 ? `${millisText(entry.wasted_retry_ms)} wasted` : null,
  ];
  return words.filter((word) => word !== null).join(", ");
}

export function ruleWords({ decision, reroute_decision, lane }: UsageEvent): string {
  if (decision === "failover_paused") return "kill switch on";
  if (decision === "manual_override") return "model hint";
  if (lane === "none") return ALL_SPENT;
  return ruleWord(reroute_decision);
}

function endWords({ reason, err_type, status }: UsageEvent): string | null {
  if (reason === "ok" || reason === "streaming") return null;
  if (reason !== "error") return ENDS[reason];
  if (err_type === "429" || status === 429) return "limit";
  return err_type === "" ? ENDS.error : `failed: ${err_type}`;
}
