import { type LaneKey, resolveLaneKeys } from "@ccp/provider-catalog";
import {
  type CatalogRead,
  type ConfigLocation,
  type QuotasRead,
  readCatalog,
  readCatalogAt,
  readQuotas,
  readQuotasAt,
} from "@ccp/provider-catalog/node";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { issueText } from "../render/issue.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import type { NamedFile, SimulateOptions } from "./simulate-options.ts";

/** What a replay decides by. */
export interface Configuration {
  readonly quotas: QuotasRead;
  readonly catalog: CatalogRead;
  readonly keys: readonly LaneKey[];
}

/**
 * Reads quotas and catalog: the files named, else those that a gateway started from here would use.
 *
 * @throws {CliError} With exit code 78 when one is broken: a replay by built-in values would be evidence of nothing.
 */
export function readConfiguration(
  named: Pick<SimulateOptions, "quotas" | "config">,
  session: Session,
): Configuration {
  const { deps, settings } = session;
  const where = { env: deps.env, checkoutDir: deps.checkoutDir, homeDir: deps.homeDir };
  const quotas = named.quotas === null ? readQuotas(where) : readQuotasAt(at(named.quotas));
  refuseIssues(quotas, named.quotas, session);
  const catalog = named.config === null ? readCatalog(where) : readCatalogAt(at(named.config));
  refuseIssues(catalog, named.config, session);
  return { quotas, catalog, keys: resolveLaneKeys(catalog.catalog, deps.env, settings.profile) };
}

function at({ path }: NamedFile): ConfigLocation {
  return { path, source: "user", variable: null, tried: [path] };
}

function refuseIssues(
  { path, issues }: Pick<QuotasRead, "path" | "issues">,
  named: NamedFile | null,
  { deps, cc }: Session,
): void {
  if (issues.length === 0) return;
  const file = safeText(named?.name ?? path ?? "the built-in values");
  for (const issue of issues) deps.stderr.write(`${issueText(file, issue)}\n`);
  throw new CliError({
    what: `${file} cannot be used`,
    why: `${issues.length} ${issues.length === 1 ? "issue" : "issues"}`,
    next: `mend the file, then: ${cc} simulate`,
    exitCode: EXIT.config,
  });
}
