import type { WindowReading } from "@ccp/usage-contract";
import { toDialect } from "./dialect.ts";
import { type ListedHeaders, readUnifiedWindows } from "./unified-windows.ts";

export interface WindowSource {
  readonly dialect: string;
  readonly headers: ListedHeaders;
  /** Wall clock, epoch ms. Resets are absolute today; a dialect with relative ones would need it. */
  readonly nowMs: number;
}

/**
 * The plan windows that an answer's headers declare. A window that is missing says nothing about its state.
 *
 * Only Anthropic's subscription headers are windows. The buckets of an API key (`anthropic-ratelimit-tokens-*`)
 * refill all the time and are none; unified headers from any other upstream are ignored, since Z.AI sends
 * `unified-status: rejected` for a mere throttle.
 */
export function readWindows(source: WindowSource): WindowReading[] {
  return toDialect(source.dialect) === "anthropic" ? readUnifiedWindows(source.headers) : [];
}
