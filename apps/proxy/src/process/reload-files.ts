import { formatIssue } from "@ccp/provider-catalog";
import type { Deps } from "../deps.ts";
import { markOf } from "../state/file-mark.ts";
import { reloadCatalog } from "../state/reload-catalog.ts";

const LOOK_EVERY_MS = 2_000;

type Parts = Pick<Deps, "catalogs" | "quotas" | "clock" | "notice" | "metrics" | "book" | "catalogInForce">;

/** Both files again, as a signal asks for it; what is wrong is told, and changes nothing. */
export async function reloadFiles(deps: Parts): Promise<void> {
  const catalog = deps.catalogInForce.path ?? "the built-in catalog";
  const issues = await reloadCatalog(deps);
  for (const issue of issues) deps.notice("error", formatIssue(catalog, issue));
  const last =
    deps.catalogInForce.issues.length > 0 ? "nothing is routed" : "the last good one stays in force";
  deps.notice(
    issues.length === 0 ? "info" : "error",
    issues.length === 0 ? `${catalog} was read again` : `${catalog} was not loaded; ${last}`,
  );
}

/**
 * Looks whether a catalog that was broken at the start has been mended, and takes it. One that is in force is read anew only
 * when somebody asks for it: half an edit must not change where requests go.
 */
export function watchBrokenCatalog(deps: Parts): { stop(): void } {
  const { path, issues } = deps.catalogInForce;
  if (path === null || issues.length === 0) return { stop: () => {} };
  let seen = markOf(path);
  const timer = setInterval(() => {
    if (deps.catalogInForce.issues.length === 0) return clearInterval(timer);
    const mark = markOf(path);
    if (mark === seen) return;
    seen = mark;
    void reloadFiles(deps);
  }, LOOK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
