import { filterBetaHeader } from "./filter-beta-header.ts";

/**
 * Leaves in an `anthropic-beta` header only what the lane knows.
 *
 * @param value The header as the client sent it.
 * @param allowed Names, in any letter case; one that ends in `*` stands for all that begin so.
 * @returns The very same text when all are known; `null` when none is, and the header is to be left out.
 * @example
 * keepBetas("claude-code-20250219,context-1m-2025-08-07", ["claude-code-*"]); // => "claude-code-20250219"
 */
export function keepBetas(value: string, allowed: readonly string[]): string | null {
  const patterns = allowed.map((name) => name.toLowerCase());
  return filterBetaHeader(value, (beta) => !patterns.some((pattern) => matches(pattern, beta.toLowerCase())));
}

function matches(pattern: string, beta: string): boolean {
  return pattern.endsWith("*") ? beta.startsWith(pattern.slice(0, -1)) : beta === pattern;
}
