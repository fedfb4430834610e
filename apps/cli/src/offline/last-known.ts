import type { Catalog, LaneKey } from "@ccp/provider-catalog";
import type { QuotaEngine } from "@ccp/quota-engine";
import type { LaneBook } from "@ccp/router-policy";
import type { LaneUsage, ModelUsage, UsageView } from "@ccp/usage-contract";
import type { Session } from "../session.ts";

export interface LastKnown {
  readonly view: UsageView;
  /** Epoch seconds of the newest thing on record. */
  readonly asOfTs: number;
}

/**
 * Rebuilds the usage view without a gateway: its saved state, and the log lines after it. Windows are counted as of
 * now, so what has left them meanwhile is gone. Only reads, takes no lock.
 *
 * @returns `null` when there is neither a saved state nor a log.
 */
export async function readLastKnown(session: Session): Promise<LastKnown | null> {
  const { deps, settings } = session;
  const [{ createQuotaEngine }, { createLaneBook }, catalogs, files] = await Promise.all([
    import("@ccp/quota-engine"),
    import("@ccp/router-policy"),
    import("@ccp/provider-catalog"),
    import("@ccp/provider-catalog/node"),
  ]);
  const where = { env: deps.env, checkoutDir: deps.checkoutDir, homeDir: deps.homeDir };
  const quotas = files.readQuotas(where);
  for (const issue of quotas.issues) {
    await session.say.warn(catalogs.formatIssue(quotas.path ?? "quotas.json", issue));
  }
  const engine = createQuotaEngine({ config: quotas.config, mode: settings.rerouteMode });
  const book = createLaneBook();
  const { restoreGatewayState, statePaths } = await import("@ccp/usage-store/node");
  const localHour = (atMs: number): number => new Date(atMs).getHours();
  const restored = restoreGatewayState(statePaths(settings, deps), { engine, book }, deps.nowMs(), {
    localHour,
  });
  if (restored.newestMs === null) return null;
  const { catalog } = files.readCatalog(where);
  const keys = catalogs.resolveLaneKeys(catalog, deps.env, settings.profile);
  const preferred = (model: string) => catalogs.planRoute(catalog, model).preferred;
  const view = buildView({ engine, book, catalog, keys, preferred, path: quotas.path }, session);
  return { view, asOfTs: restored.newestMs / 1000 };
}

interface Parts {
  readonly engine: QuotaEngine;
  readonly book: LaneBook;
  readonly catalog: Catalog;
  readonly keys: readonly LaneKey[];
  readonly preferred: (model: string) => string;
  /** Of the quota file. */
  readonly path: string | null;
}

function buildView(parts: Parts, { deps, settings }: Session): UsageView {
  const nowMs = deps.nowMs();
  const models = Object.fromEntries(
    parts.engine.models().map((model) => [model, modelUsage(model, parts, nowMs)]),
  );
  return {
    ts: nowMs / 1000,
    path: parts.path,
    reroute_mode: settings.rerouteMode,
    cooldown_sec: settings.cooldownSec,
    lanes: Object.fromEntries(
      parts.catalog.lanes.flatMap(({ id }) => {
        const usage = laneUsage(id, parts, nowMs);
        return isOnRecord(id, usage, models) || hasKeyHere(id, parts) ? [[id, usage]] : [];
      }),
    ),
    models,
  };
}

/**
 * What the record says of a lane. Whether it is well is for a running gateway to say, and whether it has its key, too:
 * this shell's variables need not be the gateway's. Only the catalog can tell that it is off.
 */
function laneUsage(lane: string, { engine, book, keys }: Parts, nowMs: number): LaneUsage {
  const windows = engine.laneWindows(lane, nowMs);
  const key = keys.find((candidate) => candidate.lane === lane);
  if (key?.state === "disabled" && key.reason !== null)
    return { state: "disabled", windows, reason: key.reason };
  const limit =
    book.activeMarks(nowMs).find((mark) => mark.lane === lane && mark.model === null)?.untilMs ?? 0;
  if (limit > nowMs) return { state: "cooldown", windows, reason: `at its limit until ${isoSeconds(limit)}` };
  const paused = book.pausedUntil(lane, nowMs) ?? 0;
  if (paused > nowMs) return { state: "cooldown", windows, reason: `paused until ${isoSeconds(paused)}` };
  return { state: "unknown", windows };
}

/** A catalog names many lanes that nobody here ever used; without a key and without a trace they are no part of the picture. */
function hasKeyHere(lane: string, { keys }: Parts): boolean {
  return keys.some((key) => key.lane === lane && key.state !== "missing_key");
}

function isOnRecord(lane: string, usage: LaneUsage, models: UsageView["models"]): boolean {
  if (usage.state !== "unknown" || usage.windows.length > 0) return true;
  return Object.values(models).some(
    (model) => model.provider === lane || Object.hasOwn(model.lanes ?? {}, lane),
  );
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function modelUsage(model: string, { engine, book, preferred }: Parts, nowMs: number): ModelUsage {
  const marks = { cooldownActive: false, cooldownNextTs: null, lane: preferred(model) };
  const usage = engine.modelUsage(model, marks, nowMs);
  const { untilMs } = book.mark(usage.provider, model, nowMs);
  const active = untilMs !== null && untilMs > nowMs;
  return { ...usage, cooldown_active: active, cooldown_next_ts: active ? untilMs / 1000 : null };
}
