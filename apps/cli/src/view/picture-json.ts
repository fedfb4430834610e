import type { FullIn } from "./full-in.ts";
import type { Picture } from "./picture.ts";
import type { QuotaRow } from "./quota-rows.ts";

/**
 * What every `--json` answer begins with: the version of its form, whether the numbers are live, and how old they
 * are. The usage view follows under its own names.
 *
 * @param schema e.g. `ccp.quotas/1`. The number rises when a key is renamed or dropped, never for a new one.
 */
export function pictureJson(schema: string, picture: Picture): Record<string, unknown> {
  return {
    schema,
    live: picture.live,
    url: picture.url,
    ...(picture.stateDir === undefined ? {} : { state_dir: picture.stateDir }),
    as_of: isoTime(picture.asOfTs),
    age_seconds: Math.max(0, Math.round(picture.nowSec - picture.asOfTs)),
    ...picture.view,
  };
}

/** A row of the table under wire names. Ratios are 0..1 and may exceed 1; unknown is `null`. */
export function quotaRowJson(row: QuotaRow, nowSec: number): Record<string, unknown> {
  const { state } = row;
  return {
    lane: row.lane,
    model: row.model,
    window: row.window === "-" ? null : row.window,
    used_pct: row.usedPct,
    used_tokens: row.usedTokens,
    capacity_tokens: row.capacityTokens,
    reset_ts: row.resetTs,
    reset_seconds: row.resetTs === null ? null : Math.max(0, Math.round(row.resetTs - nowSec)),
    full_in_seconds: fullInSeconds(row.fullIn),
    source: row.source,
    state: state.kind,
    refuses: row.refuses,
    cooldown_seconds: state.kind === "cooldown" ? state.leftSec : 0,
    ...(row.note === null ? {} : { note: row.note }),
  };
}

function fullInSeconds(fullIn: FullIn): number | null {
  if (fullIn.kind === "full") return 0;
  return fullIn.kind === "early" || fullIn.kind === "lasts" ? Math.round(fullIn.fullInSec) : null;
}

/** RFC 3339; `null` for a time that no calendar has. */
function isoTime(ts: number): string | null {
  const date = new Date(ts * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
