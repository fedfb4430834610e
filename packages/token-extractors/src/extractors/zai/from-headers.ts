import { type HeaderReader, isTokenCount, type TokenUsage } from "@ccp/usage-contract/core";

const PAIR = /^\s*(\d+)\s*,\s*(\d+)\s*$/;

/**
 * `x-usage-tokens`, else `x-usage`: `input,output`.
 *
 * @example
 * fromHeaders(new Headers({ "x-usage-tokens": "120,34" }));
 * // => { inputTokens: 120, outputTokens: 34, cacheCreationTokens: null, cacheReadTokens: null }
 */
export function fromHeaders(headers: HeaderReader): TokenUsage | null {
  return parsePair(headers.get("x-usage-tokens")) ?? parsePair(headers.get("x-usage"));
}

function parsePair(text: string | null): TokenUsage | null {
  const pair = PAIR.exec(text ?? "");
  const inputTokens = Number(pair?.[1]);
  const outputTokens = Number(pair?.[2]);
  if (!isTokenCount(inputTokens) || !isTokenCount(outputTokens)) return null;
  return { inputTokens, outputTokens, cacheCreationTokens: null, cacheReadTokens: null };
}
