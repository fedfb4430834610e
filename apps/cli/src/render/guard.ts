import type { GuardVerdict } from "../view/guard-verdict.ts";
import type { QuotaRow } from "../view/quota-rows.ts";
import { verdictState } from "../view/row-state.ts";
import { resetText } from "./clock.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { percentText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";
import { stateSpan } from "./state-word.ts";

/** The verdict in one line: `ok`, `no` or `?`, and why. */
export function renderGuard(verdict: GuardVerdict, maxUsedPct: number, nowSec: number, look: Look): string {
  const words = { ok: span("ok", "ok"), past: span("no", "block"), unknown: span("?", "warn") } as const;
  const line: Line = [words[verdict.kind], span("  "), ...why(verdict, maxUsedPct, nowSec, look)];
  // A script reads this: it stays whole on a narrow screen.
  return paintLines([line], { ...look, columns: Number.POSITIVE_INFINITY });
}

function why(guard: GuardVerdict, maxUsedPct: number, nowSec: number, look: Look): Line {
  const { reason, row, verdict } = guard;
  if (guard.lane === null || verdict === null)
    return [span("no window has a number yet: nothing can be said")];
  const who = [guard.lane, ...(guard.model === null ? [] : [guard.model])].map(safeText).join(" ");
  const used = row === null ? who : `${nameOf(row)} is at ${percentText(row.usedPct)}`;
  const told = verdict.reason === undefined ? [] : [span(`, ${safeText(verdict.reason)}`, "dim")];
  switch (reason) {
    case "room":
      return row === null
        ? [span(`${who} takes requests`), ...told]
        : [span(`${used}, below ${maxUsedPct}%`)];
    case "full":
      return [span(`${used}, ${maxUsedPct}% is the most${resetPart(row, nowSec, look)}`)];
    case "block":
      return [
        span(`${used}: `),
        stateSpan(verdictState(verdict, nowSec)),
        span(resetPart(row, nowSec, look)),
      ];
    case "cooldown":
    case "auth_error":
    case "disabled":
    case "refusing":
      return [span(`${who}: `), stateSpan(verdictState(verdict, nowSec)), ...told];
    case "no_number":
    case "no_model":
      return [span(`${who} has no number yet`)];
    default:
      reason satisfies never;
      return [];
  }
}

function nameOf(row: QuotaRow): string {
  return `${safeText(row.lane)} ${safeText(row.model)} ${safeText(row.window)}`;
}

function resetPart(row: QuotaRow | null, nowSec: number, look: Look): string {
  const resetTs = row?.resetTs ?? null;
  return resetTs === null ? "" : `, resets ${resetText(resetTs, nowSec, look.timeZone)}`;
}
