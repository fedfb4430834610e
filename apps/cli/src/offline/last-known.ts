import type { Catalog, LaneKey } from "@ccp/provider-catalog";
import type { QuotaEngine } from "@ccp/quota-engine";
import type { Judge, LaneBook } from "@ccp/router-policy";
import type { LaneUsage, ModelUsage, UsageView } from "@ccp/usage-contract";
import { isLoopbackHost } from "@ccp/usage-contract/core";
import type { GatewayRecord } from "@ccp/usage-store/node";
import type { Session } from "../session.ts";

export interface LastKnown {
  readonly view: UsageView;
  /** Epoch seconds of the newest thing on record. */
  readonly asOfTs: number;
  /** Folder of the record. */
  readonly stateDir: string;
}

/** A record that is another gateway's: never shown as the one that was asked for. */
export interface OtherGateway {
  readonly otherUrl: string;
  readonly stateDir: string;
}

/**
 * Rebuilds the usage view without a gateway: its saved state, and the log lines after it. Windows are counted as of
 * now, so what has left them meanwhile is gone. Only reads, takes no lock.
 *
 * @returns `null` when there is neither a saved state nor a log.
 */
export async function readLastKnown(session: Session): Promise<LastKnown | OtherGateway | null> {
  const { deps, settings } = session;
  const [engines, policy, catalogs, files, store] = await Promise.all([
    import("@ccp/quota-engine"),
    import("@ccp/router-policy"),
    import("@ccp/provider-catalog"),
    import("@ccp/provider-catalog/node"),
    import("@ccp/usage-store/node"),
  ]);
  const paths = store.statePaths(settings, deps);
  const record = store.readGatewayRecord(paths.stateDir);
  if (record !== null && !isSameGateway(record, session.client.url))
    return { otherUrl: `http://${hostText(record.host)}:${record.port}`, stateDir: paths.stateDir };
  // The files that the gateway had: another shell's variables say nothing of them.
  const env = record === null ? deps.env : { ...deps.env, ...filesOf(record) };
  const where = { env, checkoutDir: deps.checkoutDir, homeDir: deps.homeDir };
  const quotas = files.readQuotas(where);
  for (const issue of quotas.issues) {
    await session.say.warn(catalogs.formatIssue(quotas.path ?? "quotas.json", issue));
  }
  const engine = engines.createQuotaEngine({ config: quotas.config, mode: settings.rerouteMode });
  const book = policy.createLaneBook();
  const localHour = (atMs: number): number => new Date(atMs).getHours();
  const nowMs = deps.nowMs();
  const restored = store.restoreGatewayState(paths, { engine, book }, nowMs, { localHour });
  if (restored.newestMs === null) return null;
  const { catalog } = files.readCatalog(where);
  const keys = catalogs.resolveLaneKeys(catalog, deps.env, settings.profile);
  const lanes = record === null ? catalogLanes(catalog, keys) : recordLanes(record);
  const off = (lane: string): string | null => lanes.get(lane) ?? null;
  const { rollingMs, weeklyMs } = quotas.config;
  const judge = policy.createJudge({
    book,
    off,
    room: (lane, model) => engine.assess({ lane, model, predicted: 0, nowMs }),
    declared: (lane) =>
      engine.laneWindows(lane, nowMs).filter(({ source }) => source !== "counted" && source !== "config"),
    windows: { rollingMs, weeklyMs },
    clock: (atMs) => `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    nowMs,
  });
  const preferred = (model: string): string => catalogs.planRoute(catalog, model).preferred;
  const parts = { engine, book, judge, verdictView: policy.verdictView, preferred, path: quotas.path, nowMs };
  const hasKey = (lane: string): boolean =>
    record !== null || keys.some((key) => key.lane === lane && key.state !== "missing_key");
  return {
    view: buildView(parts, [...lanes.keys()], hasKey, session),
    asOfTs: restored.newestMs / 1000,
    stateDir: paths.stateDir,
  };
}

/** The same machine and the same port. */
function isSameGateway({ host, port }: GatewayRecord, asked: string): boolean {
  const url = new URL(asked);
  const askedPort = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const askedHost = url.hostname.replace(/^\[|\]$/g, "");
  const isLocal = isLoopbackHost(askedHost) && (isLoopbackHost(host) || host === "0.0.0.0" || host === "::");
  return port === askedPort && (isLocal || host === askedHost);
}

function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function filesOf({ catalogPath, quotasPath }: GatewayRecord): Record<string, string> {
  return {
    ...(catalogPath === null ? {} : { CCP_PROVIDERS_FILE: catalogPath }),
    ...(quotasPath === null ? {} : { CCP_QUOTAS_FILE: quotasPath }),
  };
}

/** Why each lane is off, as the gateway itself wrote it down. */
function recordLanes({ lanes }: GatewayRecord): Map<string, string | null> {
  return new Map(lanes.map(({ id, off }) => [id, off] as const));
}

/** Whether a lane had its key this shell cannot tell: its variables need not be the gateway's. */
function catalogLanes(catalog: Catalog, keys: readonly LaneKey[]): Map<string, string | null> {
  return new Map(
    catalog.lanes.map(({ id }) => {
      const key = keys.find(({ lane }) => lane === id);
      return [id, key?.state === "disabled" ? key.reason : null] as const;
    }),
  );
}

interface Parts {
  readonly engine: QuotaEngine;
  readonly book: LaneBook;
  readonly judge: Judge;
  readonly verdictView: typeof import("@ccp/router-policy")["verdictView"];
  readonly preferred: (model: string) => string;
  /** Of the quota file. */
  readonly path: string | null;
  readonly nowMs: number;
}

function buildView(
  parts: Parts,
  known: readonly string[],
  hasKey: (lane: string) => boolean,
  { settings }: Session,
): UsageView {
  const { engine, nowMs, path } = parts;
  const models = Object.fromEntries(engine.models().map((model) => [model, modelUsage(model, parts)]));
  const onRecord = Object.values(models).flatMap(({ provider, lanes = {} }) => [
    provider,
    ...Object.keys(lanes),
  ]);
  const marked = parts.book.activeMarks(nowMs).map(({ lane }) => lane);
  const lanes = [...new Set([...known, ...onRecord, ...marked])].flatMap((lane) => {
    const usage = laneUsage(lane, models, parts);
    const hasTrace = usage.state !== "unknown" || usage.windows.length > 0 || onRecord.includes(lane);
    // A catalog names many lanes that nobody here ever used; without a key and without a trace they are no part of it.
    return hasTrace || hasKey(lane) ? [[lane, usage] as const] : [];
  });
  return {
    ts: nowMs / 1000,
    path,
    reroute_mode: settings.rerouteMode,
    cooldown_sec: settings.cooldownSec,
    lanes: Object.fromEntries(lanes),
    models,
  };
}

/** What the record says of a lane. That it is open is for a running gateway to say. */
function laneUsage(lane: string, models: UsageView["models"], parts: Parts): LaneUsage {
  const windows = parts.engine.laneWindows(lane, parts.nowMs);
  const { reason, ...verdict } = parts.verdictView(parts.judge.lane(lane, models));
  if (verdict.state === "ok" || verdict.state === "warn" || verdict.state === "unknown")
    return { windows, state: "unknown", until_ts: null };
  return { windows, ...verdict, ...(reason === undefined ? {} : { reason }) };
}

function modelUsage(
  model: string,
  { engine, book, judge, verdictView, preferred, nowMs }: Parts,
): ModelUsage {
  const marks = { cooldownActive: false, cooldownNextTs: null, lane: preferred(model) };
  const usage = engine.modelUsage(model, marks, nowMs);
  const { untilMs } = book.mark(usage.provider, model, nowMs);
  const active = untilMs !== null && untilMs > nowMs;
  const lanes = Object.entries(usage.lanes ?? {}).map(
    ([lane, served]) => [lane, { ...served, verdict: verdictView(judge.model(lane, model)) }] as const,
  );
  return {
    ...usage,
    cooldown_active: active,
    cooldown_next_ts: active ? untilMs / 1000 : null,
    verdict: verdictView(judge.model(usage.provider, model)),
    lanes: Object.fromEntries(lanes),
  };
}
