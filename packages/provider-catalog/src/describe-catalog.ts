import type { LaneId } from "@ccp/usage-contract";
import type { Catalog, Lane, LaneModel } from "./catalog.ts";
import { writeNeeds } from "./catalog-file/read-lane-fit.ts";
import type { LaneKey } from "./lane-keys.ts";

/** A route as it is written in the file and on the wire. */
export interface RouteView {
  readonly pattern: string;
  readonly provider: LaneId;
  readonly fallback: readonly LaneId[];
}

interface ModelView {
  readonly lane?: LaneId;
  readonly header_mode?: string;
  readonly context_tokens?: number;
}

/** One lane in the words of `providers.yaml`, every default written out. */
export interface ProviderFileView {
  readonly base_url: string;
  readonly auth: {
    readonly env: string | null;
    readonly header_mode: string;
    readonly scoped_env: Readonly<Record<string, string>>;
  };
  readonly models: Readonly<Record<string, ModelView>>;
  readonly model_map: Readonly<Record<string, string>>;
  readonly context_tokens: number | null;
  readonly extractor: string;
  readonly dialect: string;
  readonly quota_poll_minutes: number | null;
  /** Settings of the file alone; what is absent is as the dialect is known to be. */
  readonly needs: Readonly<Record<string, unknown>>;
  readonly answers: {
    readonly restore_model: boolean;
    readonly hold: string;
    readonly missing_stop: string;
  };
  readonly trust_origin: boolean;
  readonly enabled: boolean;
}

export interface CatalogFileView {
  readonly providers: Readonly<Record<LaneId, ProviderFileView>>;
  readonly routes: readonly RouteView[];
}

export interface ProviderView extends ProviderFileView {
  /** `passthrough`, `ready`, `missing_key` or `disabled`; `null` when the keys were not looked at. */
  readonly state: LaneKey["state"] | null;
  /** The variable that holds for the chosen profile, and whether it is set. Never its value. */
  readonly key_env: string | null;
  readonly key_set: boolean;
  readonly reason: string | null;
}

/** The effective catalog as `cc providers --json` prints it. */
export interface CatalogView {
  readonly schema: "ccp.providers/1";
  readonly providers: Readonly<Record<LaneId, ProviderView>>;
  readonly routes: readonly RouteView[];
}

/** The catalog in the file's own snake_case, whatever spelling it was read from: reading it again gives the same. */
export function toCatalogFile(catalog: Catalog): CatalogFileView {
  return {
    providers: Object.fromEntries(catalog.lanes.map((lane) => [lane.id, toFileView(lane)])),
    routes: catalog.routes.map(({ pattern, provider, fallback }) => ({ pattern, provider, fallback })),
  };
}

/** The catalog with the state of each lane's key: names and set or missing, never a value. */
export function describeCatalog(catalog: Catalog, keys: readonly LaneKey[]): CatalogView {
  const file = toCatalogFile(catalog);
  const providers = catalog.lanes.map((lane): [LaneId, ProviderView] => {
    const key = keys.find((candidate) => candidate.lane === lane.id);
    const view = {
      ...toFileView(lane),
      state: key?.state ?? null,
      key_env: key?.keyEnv ?? null,
      key_set: key?.keySet ?? false,
      reason: key?.reason ?? null,
    };
    return [lane.id, view];
  });
  return { schema: "ccp.providers/1", providers: Object.fromEntries(providers), routes: file.routes };
}

function toFileView(lane: Lane): ProviderFileView {
  return {
    base_url: lane.baseUrl,
    auth: {
      env: lane.auth.env,
      header_mode: lane.auth.headerMode,
      scoped_env: { ...lane.auth.scopedEnv },
    },
    models: Object.fromEntries(lane.models.map((model) => [model.pattern, toModelView(model)])),
    model_map: Object.fromEntries(lane.modelMap.map(({ pattern, model }) => [pattern, model])),
    context_tokens: lane.contextTokens,
    extractor: lane.extractor,
    dialect: lane.dialect,
    quota_poll_minutes: lane.quotaPollMinutes,
    needs: writeNeeds(lane.needs),
    answers: {
      restore_model: lane.answers.restoreModel,
      hold: lane.answers.hold,
      missing_stop: lane.answers.missingStop,
    },
    trust_origin: lane.trustOrigin,
    enabled: lane.enabled,
  };
}

function toModelView({ lane, headerMode, contextTokens }: LaneModel): ModelView {
  return {
    ...(lane !== null && { lane }),
    ...(headerMode !== null && { header_mode: headerMode }),
    ...(contextTokens !== null && { context_tokens: contextTokens }),
  };
}
