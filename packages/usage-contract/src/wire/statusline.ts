import * as v from "valibot";
import { parseIsoMs } from "../iso-time.ts";
import type { WindowReading } from "../limit-signal.ts";
import { epochMs, isUsedRatio } from "../plausible.ts";
import { ROLLING_WINDOW_MS, WEEKLY_WINDOW_MS } from "../quota-config.ts";

/** A part of an unexpected shape counts as missing: one odd field must not blank the whole line. */
function lenient<S extends v.GenericSchema>(schema: S) {
  return v.fallback(v.nullish(schema), null);
}

const window = v.looseObject({
  used_percentage: lenient(v.number()),
  resets_at: lenient(v.union([v.number(), v.string()])),
});

/**
 * What Claude Code writes to a status line's stdin; only what is used here is named, the object stays open. Every
 * part may be missing: `rate_limits` appears for subscribers only, after their first answer.
 */
export const StatuslineInputSchema = v.looseObject({
  session_id: lenient(v.string()),
  model: lenient(v.looseObject({ id: lenient(v.string()), display_name: lenient(v.string()) })),
  context_window: lenient(
    v.looseObject({ used_percentage: lenient(v.number()), context_window_size: lenient(v.number()) }),
  ),
  rate_limits: lenient(v.looseObject({ five_hour: lenient(window), seven_day: lenient(window) })),
});
export type StatuslineInput = v.InferOutput<typeof StatuslineInputSchema>;

/**
 * Query of `POST /v1/statusline`. Both are free text: a status line's command passes on what its environment holds,
 * and a value that says nothing must not blank the line.
 */
export const StatuslineQuerySchema = v.strictObject({
  columns: v.optional(v.string()),
  no_color: v.optional(v.string()),
});
export type StatuslineQuery = v.InferOutput<typeof StatuslineQuerySchema>;

/**
 * The plan windows that a status line's input declares.
 *
 * @returns Readings with `usedRatio` 0..1 and a little beyond. A window without a percentage and without a readable reset
 *   is left out; what can be no percentage (negative, or a time) counts as unknown.
 */
export function statuslineWindows(input: StatuslineInput): WindowReading[] {
  const limits = input.rate_limits;
  return [
    ...reading("5h", ROLLING_WINDOW_MS, limits?.five_hour),
    ...reading("7d", WEEKLY_WINDOW_MS, limits?.seven_day),
  ];
}

function reading(
  name: string,
  lengthMs: number,
  declared: v.InferOutput<typeof window> | null | undefined,
): WindowReading[] {
  const ratio = Number(((declared?.used_percentage ?? Number.NaN) / 100).toPrecision(12));
  const usedRatio = isUsedRatio(ratio) ? ratio : null;
  const resetAtMs = toMs(declared?.resets_at);
  if (usedRatio === null && resetAtMs === null) return [];
  return [
    {
      name,
      lengthMs,
      usedRatio,
      resetAtMs,
      status: null,
      scope: "account",
      source: "statusline",
      usedAmount: null,
      limitAmount: null,
    },
  ];
}

/** Epoch seconds in most versions of the client, RFC 3339 in some; numbers may come as text. */
function toMs(resetsAt: number | string | null | undefined): number | null {
  if (typeof resetsAt === "number") return epochMs(resetsAt);
  if (typeof resetsAt !== "string") return null;
  return /^\d+(\.\d+)?$/.test(resetsAt) ? epochMs(Number(resetsAt)) : parseIsoMs(resetsAt);
}
