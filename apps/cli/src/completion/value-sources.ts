import type { UsageView } from "@ccp/usage-contract";
import { createGatewayClient } from "../client/gateway-client.ts";
import type { Session } from "../session.ts";
import type { Candidate, ValueSources } from "./completion.ts";

/** A person waits with a finger on the key. */
const TIMEOUT_MS = 1000;
const MAX_REQUESTS = 10;

/** Asks the gateway, at most once; where it is down, the files that it would read. */
export function createValueSources(session: Session): ValueSources {
  let asked: Promise<UsageView | null> | null = null;
  const usage = (): Promise<UsageView | null> => {
    asked ??= askUsage(session).catch(() => null);
    return asked;
  };
  const quiet = (find: () => Promise<readonly Candidate[]>) => () => find().catch(() => []);
  return {
    lanes: quiet(async () => lanesOf(await usage()) ?? (await lanesOfCatalog(session))),
    models: quiet(async () => modelsOf(await usage()) ?? (await modelsOfFiles(session))),
    windows: quiet(async () => windowsOf(await usage(), session)),
    requests: quiet(async () => requestsOfLog(await usage(), session)),
  };
}

function askUsage({ client, deps, settings, cc }: Session): Promise<UsageView> {
  const { request, signal } = deps;
  const { adminToken } = settings;
  return createGatewayClient({
    url: client.url,
    request,
    adminToken,
    signal,
    cc,
    timeoutMs: TIMEOUT_MS,
  }).usage();
}

function lanesOf(view: UsageView | null): Candidate[] | null {
  if (view === null) return null;
  return Object.entries(view.lanes).map(([value, { state }]) => ({ value, description: state }));
}

function modelsOf(view: UsageView | null): Candidate[] | null {
  if (view === null) return null;
  return Object.entries(view.models).map(([value, { provider }]) => ({ value, description: provider }));
}

async function windowsOf(view: UsageView | null, _session: Session): Promise<Candidate[]> {
  if (view === null) return [plain("5h"), plain("7d")];
  const { buildQuotaRows } = await import("../view/quota-rows.ts");
  const names = buildQuotaRows(view, view.ts).map(({ window }) => window);
  return [...new Set(names)].filter((name) => name !== "-").map(plain);
}

async function lanesOfCatalog(session: Session): Promise<Candidate[]> {
  const catalog = await localCatalog(session);
  return catalog.lanes.map(({ id, baseUrl }) => ({ value: id, description: baseUrl }));
}

/** Names, not patterns: nobody asks for `glm-*`. */
async function modelsOfFiles(session: Session): Promise<Candidate[]> {
  const [catalog, { readQuotas }, { isGlob }, { configPlace }] = await Promise.all([
    localCatalog(session),
    import("@ccp/provider-catalog/node"),
    import("@ccp/usage-contract"),
    import("../commands/config-place.ts"),
  ]);
  const counted = readQuotas(configPlace(session)).config.models.map(({ key, lane }) => [key, lane] as const);
  const served = catalog.lanes.flatMap(({ id, models }) =>
    models.map(({ pattern }) => [pattern, id] as const),
  );
  const byName = new Map([...served, ...counted].filter(([name]) => !isGlob(name)));
  return [...byName].map(([value, description]) => ({ value, description }));
}

async function localCatalog(session: Session) {
  const [{ readCatalog }, { configPlace }] = await Promise.all([
    import("@ccp/provider-catalog/node"),
    import("../commands/config-place.ts"),
  ]);
  return readCatalog(configPlace(session)).catalog;
}

/** Of the running gateway's log, where it keeps one on this machine. */
async function requestsOfLog(view: UsageView | null, session: Session): Promise<Candidate[]> {
  const [{ foldersOf }, { decodeLine }, { closeLogFiles, linesBackwards, openLogFiles }] = await Promise.all([
    import("../store/gateway-folders.ts"),
    import("@ccp/usage-store"),
    import("../node/log-files.ts"),
  ]);
  // A note would stand in the middle of the line that is being typed.
  const unheard = { ...session, say: { ...session.say, note: async () => {} } };
  const files = openLogFiles((await foldersOf(view, unheard)).logsDir);
  const found = new Map<string, string>();
  try {
    for (const line of files.length === 0 || files[0] === undefined ? [] : linesBackwards(files[0])) {
      const decoded = decodeLine(line);
      if (decoded.kind === "event" && !found.has(decoded.event.rid))
        found.set(decoded.event.rid, decoded.event.model);
      if (found.size >= MAX_REQUESTS) break;
    }
  } finally {
    closeLogFiles(files);
  }
  return [...found].map(([value, description]) => ({ value, description }));
}

function plain(value: string): Candidate {
  return { value, description: "" };
}
