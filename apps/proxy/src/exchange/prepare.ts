import { type HeaderMode, headerModeFor } from "@ccp/provider-catalog";
import type { Deps } from "../deps.ts";
import type { OwnError } from "../http/answer.ts";
import { connectionNames, eachHeader, isProtocolHeader, mayGoUpstream } from "../http/header-rules.ts";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";
import type { Accepted } from "./accept.ts";
import { fitRequest, type Restore } from "./fit-request.ts";

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
  /** What the answer has to be given back; `null`: it passes as it comes. */
  readonly restore: Restore | null;
}

export type CredentialOwner = "client" | "lane" | "none";

export type Preparation =
  | { readonly kind: "prepared"; readonly prepared: Prepared }
  /** The lane must not be sent this request. */
  | { readonly kind: "unfit"; readonly error: OwnError };

/** @param stripThinking For the one retry after the lane refused a signature. */
export function prepare(
  accepted: Accepted,
  runtime: LaneRuntime,
  deps: Pick<Deps, "catalog" | "mints">,
  stripThinking = false,
): Preparation {
  const raw = accepted.incoming.rawHeaders;
  const betas = betasOf(raw);
  const fitting = fitRequest(accepted, runtime, deps.mints, betas, stripThinking);
  if (fitting.kind === "unfit") return fitting;
  const { body, repairs, restore, betas: kept } = fitting.fitted;
  const headerMode =
    runtime.learned.headerMode ?? headerModeFor(deps.catalog, runtime.lane, accepted.scan.model);
  const headers = clientHeaders(raw, runtime, body !== accepted.received, kept === betas);
  if (kept !== betas && kept !== null) headers.push("anthropic-beta", kept);
  const credential = credentialFor(raw, runtime, headerMode);
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
      restore,
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

/** All betas of a client, which may stand in several headers. */
function betasOf(raw: readonly string[]): string | null {
  const lines: string[] = [];
  eachHeader(raw, (name, value) => {
    if (name === "anthropic-beta") lines.push(value);
  });
  return lines.length === 0 ? null : lines.join(",");
}

function clientHeaders(
  raw: readonly string[],
  runtime: LaneRuntime,
  bodyWasDecoded: boolean,
  keepBetas: boolean,
): string[] {
  const listed = connectionNames(raw);
  // A lane that is not to know the user is not told by headers either.
  const open = runtime.lane.auth.headerMode === "passthrough" && !runtime.needs.redactUserId;
  const headers: string[] = [];
  eachHeader(raw, (name, value, spelled) => {
    if (!mayGoUpstream(name, listed)) return;
    if (name === "content-encoding" && bodyWasDecoded) return;
    if (name === "anthropic-beta" && !keepBetas) return;
    if (open || name === "content-encoding" || isProtocolHeader(name)) headers.push(spelled, value);
  });
  return headers;
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
