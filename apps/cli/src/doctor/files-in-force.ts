import { CliError } from "../cli-error.ts";
import { toIssue } from "../client/to-issue.ts";
import type { LoadedCatalog } from "../commands/provider-catalog.ts";
import type { Session } from "../session.ts";
import { type ConfigFile, type FilesInForce, holdsCaps, holdsLanes } from "./check-files.ts";

/** The files that a running gateway goes by, as it tells itself: this shell may name others. */
export async function filesInForce(catalog: LoadedCatalog, session: Session): Promise<FilesInForce> {
  return {
    catalog: catalog.from === "gateway" ? catalogFile(catalog) : null,
    quotas: await quotasFile(session),
  };
}

function catalogFile({ path, issues, providers }: LoadedCatalog): FilesInForce["catalog"] {
  const lanes = Object.values(providers);
  const keyNames = lanes.flatMap(({ auth }) => [auth.env ?? "", ...Object.values(auth.scoped_env)]);
  return { path, issues, warnings: [], holds: holdsLanes(lanes.length), keyNames };
}

async function quotasFile({ client, deps, say }: Session): Promise<ConfigFile | null> {
  try {
    const { path, config, issues = [] } = await client.quotas();
    const caps = Object.keys(config.models ?? {}).length + Object.keys(config.pools ?? {}).length;
    return { path, issues: issues.map(toIssue), warnings: [], holds: holdsCaps(caps) };
  } catch (error) {
    if (deps.signal.aborted || !(error instanceof CliError)) throw error;
    await say.debug(`/v1/quotas: ${error.message}: ${error.why}`);
    return null;
  }
}
