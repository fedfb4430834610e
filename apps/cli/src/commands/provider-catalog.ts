import type { CatalogRead } from "@ccp/provider-catalog/node";
import { type ConfigIssue, type ProvidersView, ProvidersViewSchema, parseBody } from "@ccp/usage-contract";
import { CliError } from "../cli-error.ts";
import { toIssue } from "../client/to-issue.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { issueText } from "../render/issue.ts";
import type { Session } from "../session.ts";

/** The catalog, and whose it is: the running gateway's, or what one started from this shell would use. */
export interface LoadedCatalog extends Pick<ProvidersView, "providers" | "routes"> {
  readonly from: "gateway" | "shell";
  /** `null`: the built-in catalog. */
  readonly path: string | null;
  /** Who named the file; `null` where the gateway was asked, which does not tell. */
  readonly source: CatalogRead["source"] | null;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
}

/** Asks the gateway, whose keys are the ones that count; while it is down or too old, looks around in this shell. */
export async function loadCatalog(session: Session): Promise<LoadedCatalog> {
  return (await gatewayCatalog(session)) ?? shellCatalog(session);
}

async function gatewayCatalog({ client, deps, say }: Session): Promise<LoadedCatalog | null> {
  try {
    const view = await client.providers();
    if (view === null) return null;
    const { path, providers, routes, issues = [] } = view;
    return {
      from: "gateway",
      path,
      source: null,
      providers,
      routes,
      issues: issues.map(toIssue),
      warnings: [],
    };
  } catch (error) {
    // Whatever is wrong with the gateway, the catalog can be shown without it.
    if (deps.signal.aborted || !(error instanceof CliError)) throw error;
    await say.debug(`/v1/providers: ${error.message}: ${error.why}`);
    return null;
  }
}

/** The catalog a gateway started from here would use, with the state of each lane's key in this shell. */
export async function shellCatalog({ deps, settings }: Session): Promise<LoadedCatalog> {
  const { describeCatalog, resolveLaneKeys } = await import("@ccp/provider-catalog");
  const { readCatalog } = await import("@ccp/provider-catalog/node");
  const { env, checkoutDir, homeDir } = deps;
  const { catalog, path, source, issues, warnings } = readCatalog({ env, checkoutDir, homeDir });
  const keys = resolveLaneKeys(catalog, env, settings.profile);
  const described = { ...describeCatalog(catalog, keys), ts: 0, path, profile: settings.profile };
  const parsed = parseBody(ProvidersViewSchema, described);
  if (!parsed.success)
    throw new Error(`the catalog has another shape than on the wire: ${parsed.issues[0]?.path}`);
  const { providers, routes } = parsed.output;
  return { from: "shell", path, source, providers, routes, issues, warnings };
}

/** What `--json` says beside the lanes. */
export function catalogJson(loaded: LoadedCatalog, { client }: Session): Record<string, unknown> {
  const { from, path, source } = loaded;
  return { path, source, keys_from: from, url: from === "gateway" ? client.url : null };
}

/**
 * Tells what is wrong with the catalog file.
 *
 * @throws {CliError} With exit code 78 when the file could not be used.
 */
export async function sayCatalogIssues(loaded: LoadedCatalog, session: Session): Promise<ExitCode> {
  const file = loaded.path ?? "providers.yaml";
  for (const warning of loaded.warnings) await session.say.warn(issueText(file, warning));
  if (loaded.issues.length === 0) return EXIT.ok;
  for (const issue of loaded.issues) session.deps.stderr.write(`${issueText(file, issue)}\n`);
  throw new CliError({
    what: `${file} cannot be used`,
    why: "nothing is routed until it is mended",
    next: `${session.cc} providers check ${file}`,
    exitCode: EXIT.config,
  });
}
