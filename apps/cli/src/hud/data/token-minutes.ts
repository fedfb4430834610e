import type { UsageEvent } from "@ccp/usage-contract";

/** Tokens of the exchanges that ended in one minute of the gateway's clock. */
export interface TokenMinute {
  /** Epoch minutes. */
  readonly minute: number;
  /** All input classes, cache included. */
  readonly input: number;
  readonly output: number;
}

/** Three hours: as many columns as the widest screen has. */
const MAX_MINUTES = 180;

/** @param minutes Ascending; minutes without tokens are left out. */
export function addTokens(minutes: readonly TokenMinute[], event: UsageEvent): readonly TokenMinute[] {
  const input = inputTokens(event);
  const output = event.output_tokens ?? 0;
  if (input === 0 && output === 0) return minutes;
  const minute = Math.floor(event.ts / 60);
  const at = minutes.findIndex((one) => one.minute === minute);
  const known = at < 0 ? undefined : minutes[at];
  if (known !== undefined) {
    return minutes.with(at, { minute, input: known.input + input, output: known.output + output });
  }
  return [...minutes, { minute, input, output }].sort((a, b) => a.minute - b.minute).slice(-MAX_MINUTES);
}

export function inputTokens(event: UsageEvent): number {
  return (event.input_tokens ?? 0) + (event.cache_creation_tokens ?? 0) + (event.cache_read_tokens ?? 0);
}

/** The newest `count` minutes, one entry each, those without tokens as 0; the last one is still running. */
export function lastMinutes(minutes: readonly TokenMinute[], nowSec: number, count: number): TokenMinute[] {
  const byMinute = new Map(minutes.map((one) => [one.minute, one]));
  const last = Math.floor(nowSec / 60);
  return Array.from({ length: count }, (_, index) => {
    const minute = last - count + 1 + index;
    return byMinute.get(minute) ?? { minute, input: 0, output: 0 };
  });
}

/** The newest minute that is over: what `in` and `out` a minute mean. */
export function lastFullMinute(minutes: readonly TokenMinute[], nowSec: number): TokenMinute {
  const minute = Math.floor(nowSec / 60) - 1;
  return minutes.find((one) => one.minute === minute) ?? { minute, input: 0, output: 0 };
}
