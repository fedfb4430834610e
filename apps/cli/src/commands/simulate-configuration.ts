import { type LaneKey, parseQuotas, resolveLaneKeys } from "@ccp/provider-catalog";
import {
  type CatalogRead,
  type ConfigLocation,
  type LocateOptions,
  locateConfig,
  type QuotasRead,
  readCatalog,
  readCatalogAt,
  readQuotasAt,
} from "@ccp/provider-catalog/node";
import { toQuotaConfig } from "@ccp/usage-contract";
import { CliError } from "../cli-error.ts";
import { toIssue } from "../client/to-issue.ts";
import { EXIT } from "../exit-code.ts";
import { issueText } from "../render/issue.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import type { NamedFile, SimulateOptions } from "./simulate-options.ts";

type Quotas = Pick<QuotasRead, "path" | "issues" | "config">;

/** What a replay decides by. */
export interface Configuration {
  readonly quotas: Quotas;
  readonly catalog: CatalogRead;
  readonly keys: readonly LaneKey[];
}

/**
 * Reads quotas and catalog: the files named; else the quotas of the running gateway, and what a gateway started from
 * here would use.
 *
 * @throws {CliError} With exit code 78 when one is broken: a replay by built-in values would be evidence of nothing.
 */
export async function readConfiguration(
  named: Pick<SimulateOptions, "quotas" | "config">,
  session: Session,
): Promise<Configuration> {
  const { deps, settings } = session;
  const where = { env: deps.env, checkoutDir: deps.checkoutDir, homeDir: deps.homeDir };
  const quotas = named.quotas === null ? await quotasInForce(where, session) : readQuotasAt(at(named.quotas));
  refuseIssues(quotas, named.quotas, session);
  const catalog = named.config === null ? readCatalog(where) : readCatalogAt(at(named.config));
  refuseIssues(catalog, named.config, session);
  return { quotas, catalog, keys: resolveLaneKeys(catalog.catalog, deps.env, settings.profile) };
}

/** A file that this shell names is meant, as where the log is; else the gateway knows best what it decides by. */
async function quotasInForce(where: LocateOptions, session: Session): Promise<Quotas> {
  const place = locateConfig("quotas", where);
  const told = place.variable === null ? await quotasOfGateway(session) : null;
  return told ?? readQuotasAt(place);
}

/** `null` where no gateway answers: a replay needs none. */
async function quotasOfGateway({ client, deps }: Session): Promise<Quotas | null> {
  try {
    const { config, path, issues } = await client.quotas();
    const parsed = parseQuotas(JSON.stringify(config));
    return parsed.success
      ? { path, config: parsed.config, issues: (issues ?? []).map(toIssue) }
      : { path, config: toQuotaConfig({}), issues: parsed.issues.map(toIssue) };
  } catch (error) {
    if (deps.signal.aborted || !(error instanceof CliError)) throw error;
    return null;
  }
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
