import type { CatalogView } from "@ccp/provider-catalog";
import type { CatalogRead } from "@ccp/provider-catalog/node";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { issueText } from "../render/issue.ts";
import type { Session } from "../session.ts";

export interface LoadedCatalog {
  readonly read: CatalogRead;
  readonly view: CatalogView;
}

/** The catalog a gateway started from here would use, with the state of each lane's key in this shell. */
export async function loadCatalog({ deps, settings }: Session): Promise<LoadedCatalog> {
  const { describeCatalog, resolveLaneKeys } = await import("@ccp/provider-catalog");
  const { readCatalog } = await import("@ccp/provider-catalog/node");
  const { env, checkoutDir, homeDir } = deps;
  const read = readCatalog({ env, checkoutDir, homeDir });
  return { read, view: describeCatalog(read.catalog, resolveLaneKeys(read.catalog, env, settings.profile)) };
}

/**
 * Tells what is wrong with the catalog file.
 *
 * @throws {CliError} With exit code 78 when the file could not be used.
 */
export async function sayCatalogIssues(read: CatalogRead, session: Session): Promise<ExitCode> {
  const file = read.path ?? "providers.yaml";
  for (const warning of read.warnings) await session.say.warn(issueText(file, warning));
  if (read.issues.length === 0) return EXIT.ok;
  for (const issue of read.issues) session.deps.stderr.write(`${issueText(file, issue)}\n`);
  throw new CliError({
    what: `${file} cannot be used`,
    why: "the built-in catalog stands in for it until it is mended",
    next: `${session.cc} providers check ${file}`,
    exitCode: EXIT.config,
  });
}
