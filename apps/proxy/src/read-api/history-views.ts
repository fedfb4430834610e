import type { RollupsQuery, SamplesQuery, WindowsQuery } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";

/**
 * The answers of the history, as JSON text: it comes as text from the thread that read it, and can be as long as all of
 * the history is. Taking it apart and putting it together again would hold up requests.
 */

/** `GET /v1/usage/samples`. */
export async function samplesAnswer(query: SamplesQuery, deps: Deps): Promise<string> {
  const models = await deps.history.ask({ kind: "samples", query });
  return `{"ts":${nowTs(deps)},"models":${models}}`;
}

/** `GET /v1/usage/rollups`: hours and days are the server's own. */
export async function rollupsAnswer(query: RollupsQuery, deps: Deps): Promise<string> {
  const rollups = await deps.history.ask({ kind: "rollups", query });
  const lists = query.by === "lane" ? `"models":{},"lanes":${rollups}` : `"models":${rollups}`;
  return `{"ts":${nowTs(deps)},"granularity":${JSON.stringify(query.granularity)},${lists}}`;
}

/** `GET /v1/usage/windows`. */
export async function windowsAnswer(query: WindowsQuery, deps: Deps): Promise<string> {
  const windows = await deps.history.ask({ kind: "windows", query });
  return `{"ts":${nowTs(deps)},${windows.slice(1)}`;
}

function nowTs(deps: Deps): number {
  return deps.clock.wallMs() / 1000;
}
