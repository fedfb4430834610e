import { isAbsolute } from "node:path";
import type { UsageView } from "@ccp/usage-contract";
import { isLoopbackHost } from "@ccp/usage-contract/core";
import { statePaths } from "@ccp/usage-store/node";
import type { Session } from "../session.ts";

export interface ResultsPath {
  readonly path: string;
  /** The file that the gateway reads, where it is another one; `null` when it reads this one or does not say. */
  readonly gatewayReads: string | null;
}

/**
 * Where results go: CCP_PROBE_RESULTS, else the file that the gateway says it reads, else the state folder. A demo
 * keeps to its own file whatever is set, so that nothing made up gets among real results.
 *
 * @param url Of the gateway. A path is taken only from one on this machine, and only for a Markdown file: a path is
 *   something that this process will write to.
 */
export function resultsPath(usage: UsageView, url: string, { settings, deps }: Session): ResultsPath {
  const told = usage.probe_results ?? null;
  const local = isLoopbackHost(new URL(url).hostname);
  const usable = told !== null && local && isAbsolute(told) && told.endsWith(".md") ? told : null;
  const own = statePaths(settings, deps).probeResults;
  const followed = settings.probeResults === null || usage.demo === true ? usable : null;
  const path = followed ?? own;
  return { path, gatewayReads: told === null || told === path ? null : told };
}
