import { matchesModel } from "@ccp/usage-contract/core";
import type { QuotaRow } from "./quota-rows.ts";
import { judgeThreshold } from "./threshold.ts";

/** What a guard says: `past` is a no. */
export interface GuardVerdict {
  readonly kind: "ok" | "past" | "unknown";
  /** `full`: the share decided. The others: the gateway would not use the lane, whatever the share says. */
  readonly reason: "full" | "cooldown" | "block" | "auth_error" | "room" | "no_number";
  /** The row that decided; `null` where none has a number. */
  readonly row: QuotaRow | null;
}

/** Rows of a model, and the windows of the account it is on, which bind it as well. */
export function rowsOfModel(rows: readonly QuotaRow[], model: string): QuotaRow[] {
  const own = rows.filter((row) => row.model !== ALL && matchesModel(model, row.model));
  const lanes = new Set(own.map(({ lane }) => lane));
  return rows.filter((row) => own.includes(row) || (row.model === ALL && lanes.has(row.lane)));
}

const ALL = "all";
const SHUT = ["auth_error", "cooldown", "block"] as const;

/**
 * Judges a guard: no when the lane is shut (its key refused, cooling down, at its cap), or any window is at the
 * share or past it.
 *
 * @param maxUsedPct Percent, 80 is 80 %.
 */
export function judgeGuard(rows: readonly QuotaRow[], maxUsedPct: number): GuardVerdict {
  for (const reason of SHUT) {
    const shut = rows.find(({ state }) => state.kind === reason);
    if (shut !== undefined) return { kind: "past", reason, row: shut };
  }
  const { kind, row } = judgeThreshold(rows, maxUsedPct);
  if (kind === "unknown") return { kind, reason: "no_number", row: null };
  return kind === "reached" ? { kind: "past", reason: "full", row } : { kind: "ok", reason: "room", row };
}
