import { formatIssue } from "@ccp/provider-catalog";
import type { ConfigIssue } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";

/**
 * Reads the catalog again, and the quotas, whose lanes it names. A broken catalog changes nothing.
 *
 * @returns What is wrong with the catalog.
 */
export async function reloadCatalog(
  deps: Pick<Deps, "catalogs" | "quotas" | "clock" | "notice" | "metrics" | "book">,
): Promise<readonly ConfigIssue[]> {
  const issues = await deps.catalogs.reload();
  if (issues.length > 0) {
    deps.metrics.reloadFailed();
    return issues;
  }
  const wrong = deps.quotas.reload(deps.clock.wallMs());
  const path = deps.quotas.current().path ?? "quotas.json";
  for (const issue of wrong) deps.notice("error", `${formatIssue(path, issue)}; the quotas in force stay`);
  // Whoever mends a lane or a key says so by a reload; waiting for the next recheck would look like a fault.
  deps.book.clearAuthError();
  return [];
}

/** Why nothing can be routed: the catalog was broken at the start, and no other may stand in for it. `null`: it can. */
export function whyUnrouted({ path, issues }: Deps["catalogInForce"]): string | null {
  const [first] = issues;
  if (first === undefined) return null;
  const more = issues.length === 1 ? "" : ` (and ${issues.length - 1} more)`;
  return `the provider catalog cannot be used, so nothing is routed: ${formatIssue(path ?? "providers.yaml", first)}${more}`;
}
