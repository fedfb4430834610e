import type { GuardVerdict } from "../view/guard-verdict.ts";
import type { QuotaRow } from "../view/quota-rows.ts";
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

function why({ reason, row }: GuardVerdict, maxUsedPct: number, nowSec: number, look: Look): Line {
  if (row === null) return [span("no window has a number yet: nothing can be said")];
  const name = `${safeText(row.lane)} ${safeText(row.model)} ${safeText(row.window)}`;
  const used = `${name} is at ${percentText(row.usedPct)}`;
  const resets = resetPart(row, nowSec, look);
  switch (reason) {
    case "room":
      return [span(`${used}, below ${maxUsedPct}%`)];
    case "full":
      return [span(`${used}, ${maxUsedPct}% is the most${resets}`)];
    case "block":
      return [span(`${used}: `), stateSpan(row.state), span(resets)];
    case "cooldown":
      return [span(`${safeText(row.lane)} ${safeText(row.model)}: `), stateSpan(row.state)];
    case "auth_error":
      return [span(`${safeText(row.lane)}: ${safeText(row.note ?? "its key was refused")}`)];
    case "no_number":
      return [span(`${name} has no number`)];
    default:
      reason satisfies never;
      return [];
  }
}

function resetPart({ resetTs }: QuotaRow, nowSec: number, look: Look): string {
  return resetTs === null ? "" : `, resets ${resetText(resetTs, nowSec, look.timeZone)}`;
}
