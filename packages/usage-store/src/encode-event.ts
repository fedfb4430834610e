import type { UsageEvent } from "@ccp/usage-contract";

/** Longest line that readers take, in bytes with its line end. No real event comes near. */
export const MAX_LINE_BYTES: number = 1024 * 1024;

function firstKey(event: UsageEvent): string | null {
  for (const key in event) return key;
  return null;
}

/**
 * Writes an event as one line of `usage.jsonl`, line end included. `ts` always stands first: readers that look for
 * recent lines then read a few bytes of each instead of parsing it.
 *
 * Line breaks inside texts are escaped, so a model name can never open a second line. NaN and infinite numbers
 * become `null`, as JSON has no word for them; a reader then refuses the line where the field must be a number.
 *
 * @example
 * encodeEvent(event); // => '{"ts":1763760000.5,"rid":"01J…",…}\n'
 */
export function encodeEvent(event: UsageEvent): string {
  if (firstKey(event) === "ts") return `${JSON.stringify(event)}\n`;
  const { ts, ...rest } = event;
  return `${JSON.stringify({ ts, ...rest })}\n`;
}
