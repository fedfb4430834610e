import { filterBetaHeader, isOauthBeta, replaceModel } from "@ccp/lane-repair";
import { type Catalog, type HeaderMode, headerModeFor, mapModel } from "@ccp/provider-catalog";
import { proveSingleModel } from "@ccp/request-scan";
import { ANTHROPIC_LANE } from "@ccp/usage-contract";
import { connectionNames, eachHeader, isProtocolHeader, mayGoUpstream } from "../http/header-rules.ts";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";
import type { Accepted } from "./accept.ts";

/** What one lane is sent. Built from nothing for each attempt, so no credential of another lane can be in it. */
export interface Prepared {
  readonly lane: LaneRuntime;
  readonly method: "POST";
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: readonly Uint8Array[];
  readonly headerMode: HeaderMode;
  /** Whose credential is in the headers: a refusal is mended by its owner. */
  readonly credential: CredentialOwner;
  /** Names of the repairs that changed bytes or headers. */
  readonly repairs: readonly string[];
}

export type CredentialOwner = "client" | "lane" | "none";

export type Preparation =
  | { readonly kind: "prepared"; readonly prepared: Prepared }
  /** The body names its model twice: the lane could read another one than the gateway did. */
  | { readonly kind: "ambiguous_model" };

export function prepare(accepted: Accepted, runtime: LaneRuntime, catalog: Catalog): Preparation {
  const repairs: string[] = [];
  const body = laneBody(accepted, runtime, repairs);
  if (body === null) return { kind: "ambiguous_model" };
  const headerMode = runtime.learned.headerMode ?? headerModeFor(catalog, runtime.lane, accepted.scan.model);
  const headers = clientHeaders(accepted.incoming.rawHeaders, runtime, body !== accepted.received, repairs);
  const credential = credentialFor(accepted.incoming.rawHeaders, runtime, headerMode);
  headers.push(...credential.headers);
  headers.push("accept-encoding", "identity", "content-length", String(byteLength(body)));
  const path = runtime.basePath + accepted.target;
  return {
    kind: "prepared",
    prepared: {
      lane: runtime,
      method: "POST",
      path,
      headers,
      body,
      headerMode,
      credential: credential.owner,
      repairs,
    },
  };
}

/** The same request with the lane's key in another header. */
export function withHeaderMode(prepared: Prepared, accepted: Accepted, headerMode: HeaderMode): Prepared {
  const headers: string[] = [];
  eachHeader(prepared.headers, (name, value, spelled) => {
    if (name !== "authorization" && name !== "x-api-key") headers.push(spelled, value);
  });
  const credential = credentialFor(accepted.incoming.rawHeaders, prepared.lane, headerMode);
  headers.push(...credential.headers);
  return { ...prepared, headers, headerMode, credential: credential.owner };
}

function laneBody(accepted: Accepted, runtime: LaneRuntime, repairs: string[]): readonly Uint8Array[] | null {
  const model = mapModel(runtime.lane, accepted.scan.model);
  if (model === null || model === accepted.scan.model) return accepted.received;
  if (!proveSingleModel(accepted.plain)) return null;
  repairs.push("model_name");
  return replaceModel(accepted.plain, accepted.scan.modelSpan, model);
}

function clientHeaders(
  raw: readonly string[],
  runtime: LaneRuntime,
  bodyWasDecoded: boolean,
  repairs: string[],
): string[] {
  const listed = connectionNames(raw);
  const open = runtime.lane.auth.headerMode === "passthrough";
  const headers: string[] = [];
  eachHeader(raw, (name, value, spelled) => {
    if (!mayGoUpstream(name, listed)) return;
    if (name === "content-encoding") {
      if (!bodyWasDecoded) headers.push(spelled, value);
      return;
    }
    if (!open && !isProtocolHeader(name)) return;
    const kept = name === "anthropic-beta" ? laneBetas(value, runtime, repairs) : value;
    if (kept !== null) headers.push(spelled, kept);
  });
  return headers;
}

/** An `oauth-*` beta speaks of a claude.ai login, which no other lane has. */
function laneBetas(value: string, runtime: LaneRuntime, repairs: string[]): string | null {
  if (runtime.lane.id === ANTHROPIC_LANE) return value;
  const kept = filterBetaHeader(value, isOauthBeta);
  if (kept !== value) repairs.push("oauth_beta");
  return kept;
}

export interface Credential {
  readonly owner: CredentialOwner;
  readonly headers: readonly string[];
}

const NO_CREDENTIAL: Credential = { owner: "none", headers: [] };

/** The client's credential goes to a passthrough lane only; an operator's key to its own lane only. */
export function credentialFor(
  raw: readonly string[],
  runtime: LaneRuntime,
  headerMode: HeaderMode,
): Credential {
  const key = (...headers: string[]): Credential => ({ owner: "lane", headers });
  switch (headerMode) {
    case "passthrough": {
      const own: string[] = [];
      eachHeader(raw, (name, value, spelled) => {
        if (name === "authorization" || name === "x-api-key") own.push(spelled, value);
      });
      if (own.length > 0) return { owner: "client", headers: own };
      return runtime.secret === null ? NO_CREDENTIAL : key("authorization", `Bearer ${runtime.secret}`);
    }
    case "authorization":
      return runtime.secret === null ? NO_CREDENTIAL : key("authorization", `Bearer ${runtime.secret}`);
    case "x-api-key":
      return runtime.secret === null ? NO_CREDENTIAL : key("x-api-key", runtime.secret);
    case "none":
      return NO_CREDENTIAL;
    default:
      headerMode satisfies never;
      return NO_CREDENTIAL;
  }
}

function byteLength(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
