import { type LocateOptions, locateConfig } from "@ccp/provider-catalog/node";
import type { ProviderTest } from "@ccp/usage-contract";
import { CliError } from "../cli-error.ts";
import { GatewayDownError } from "../client/gateway-down-error.ts";
import { type LoadedCatalog, loadCatalog } from "../commands/provider-catalog.ts";
import type { Session } from "../session.ts";
import { readSettings } from "../statusline/claude-settings.ts";
import { foldersOf } from "../store/gateway-folders.ts";
import { type Check, fail } from "./check.ts";
import { checkClaude } from "./check-claude.ts";
import { checkFiles, type FilesInForce } from "./check-files.ts";
import { checkGateway, type GatewayFinding } from "./check-gateway.ts";
import { checkHistoryDb } from "./check-history-db.ts";
import { checkLanes } from "./check-lanes.ts";
import { checkNetwork } from "./check-network.ts";
import { checkNode } from "./check-node.ts";
import { checkShell } from "./check-shell.ts";
import { checkFileRights, checkState } from "./check-state.ts";
import { filesInForce } from "./files-in-force.ts";
import { redact } from "./redact.ts";

/**
 * Looks at everything, in the order in which one would mend it. Nothing is changed.
 *
 * @param live Also asks each lane for its list of models: free, and the only thing that leaves this machine.
 */
export async function examine(live: boolean, session: Session): Promise<Check[]> {
  const { deps, settings, cc } = session;
  const { env, checkoutDir, homeDir } = deps;
  const url = publicUrl(settings.url);
  const found = await findGateway(session);
  const catalog = await loadCatalog(session);
  const tests = live ? await testLanes(catalog, session) : {};
  const { findPortOwner } = await import("@ccp/usage-store/node");
  const owner = found.kind === "stranger" ? findPortOwner(portOf(settings.url)) : null;
  const paths = await foldersOf(found.kind === "gateway" ? found.view : null, session);
  const inForce = found.kind === "gateway" ? await filesInForce(catalog, session) : null;
  const checks = [
    checkNode(process.version),
    ...checkFiles({ env, checkoutDir, homeDir }, inForce, cc),
    ...checkGateway(found, {
      url,
      cc,
      version: deps.version,
      nowSec: deps.nowMs() / 1000,
      tellsQuotas: (inForce?.quotas ?? null) !== null,
      holder: owner === null ? null : `${owner.program}, process ${owner.pid},`,
    }),
    ...checkNetwork(found.kind === "gateway" ? found.view : null, settings),
    ...checkLanes({ ...catalog, usage: found.kind === "gateway" ? found.view.lanes : {}, tests }, cc),
    ...checkState(paths),
    ...checkFileRights([
      paths.stateDir,
      paths.logsDir,
      ...configPaths(inForce, { env, checkoutDir, homeDir }),
    ]),
    await checkHistoryDb(paths.stateDir),
    ...checkShell(env, url, cc),
    ...claudeChecks(session, url),
  ];
  return checks.map((check) => redact(check, env, homeDir));
}

/** Those of a running gateway, else those that one started here would read. */
function configPaths(inForce: FilesInForce | null, where: LocateOptions): (string | null)[] {
  const used = inForce === null ? null : [inForce.catalog?.path ?? null, inForce.quotas?.path ?? null];
  return used ?? [locateConfig("providers", where).path, locateConfig("quotas", where).path];
}

async function findGateway({ client, deps }: Session): Promise<GatewayFinding> {
  try {
    const view = await client.usage();
    return { kind: "gateway", view, ready: await client.ready().catch(() => null) };
  } catch (error) {
    if (deps.signal.aborted || !(error instanceof CliError)) throw error;
    if (error instanceof GatewayDownError && error.isPortFree) return { kind: "nobody" };
    return { kind: "stranger", why: error.why };
  }
}

async function testLanes(catalog: LoadedCatalog, session: Session): Promise<Record<string, ProviderTest>> {
  const { askLane } = await import("../client/ask-lane.ts");
  const usable = Object.entries(catalog.providers).filter(
    ([, { state }]) => state === "ready" || state === "passthrough",
  );
  const tests = usable.map(async ([lane, provider]) => {
    const asked = catalog.from === "gateway" ? await session.client.testLane(lane) : null;
    return [lane, asked ?? (await askLane(lane, provider, session))] as const;
  });
  return Object.fromEntries(await Promise.all(tests));
}

function claudeChecks({ deps, cc }: Session, url: string): Check[] {
  try {
    return checkClaude(readSettings(deps), url, cc);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [fail("claude", error.why, "mend that file: Claude Code does not read it either")];
  }
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

/** The address without a credential that somebody may have put into it. */
function publicUrl(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
