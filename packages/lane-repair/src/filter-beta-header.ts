/**
 * Takes betas out of an `anthropic-beta` header.
 *
 * @param value The header as the client sent it: names between commas.
 * @param drop Asked for each name, blanks around it removed, spelled as the client did.
 * @returns The very same text when nothing is dropped; else the rest in its order; `null` when no name is left, and
 *   the header is to be left out.
 * @example
 * filterBetaHeader("claude-code-20250219,oauth-2025-04-20", isOauthBeta); // => "claude-code-20250219"
 */
export function filterBetaHeader(value: string, drop: (beta: string) => boolean): string | null {
  const betas = value
    .split(",")
    .map((beta) => beta.trim())
    .filter((beta) => beta !== "");
  const kept = betas.filter((beta) => !drop(beta));
  if (kept.length === 0) return null;
  return kept.length === betas.length ? value : kept.join(",");
}

/** Betas that belong to the client's own Anthropic login; on another lane they give it away and mean nothing. */
export function isOauthBeta(beta: string): boolean {
  return beta.toLowerCase().startsWith("oauth-");
}
