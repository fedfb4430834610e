import type { IncomingMessage } from "node:http";
import { connectionNames, eachHeader, type RawHeaders } from "./header-rules.ts";

/** A request that is not let in: answered before any route, file or lane is looked at. */
export interface Refusal {
  readonly status: 400 | 403 | 431;
  readonly type: "invalid_request_error" | "permission_error";
  readonly message: string;
}

export interface GuardRules {
  /** Lower-case `host:port` values that name this gateway. */
  readonly hosts: ReadonlySet<string>;
  /** Lower-case origins of this gateway's own pages. */
  readonly origins: ReadonlySet<string>;
  /** Lower-case names under which others were told to call it; one without a port is allowed with any. */
  readonly allowed: ReadonlySet<string>;
}

/**
 * The names by which a gateway on this port may be called: loopback names, the host it was told to bind, and those that its
 * operator allows, as of a reverse proxy or a compose service.
 */
export function guardRules(
  host: string,
  port: number,
  addresses: readonly string[] = [],
  allowed: readonly string[] = [],
): GuardRules {
  const names = ["127.0.0.1", "localhost", "[::1]", ...addresses];
  if (host !== "0.0.0.0" && host !== "::") names.push(host.includes(":") ? `[${host}]` : host);
  const hosts = new Set(names.map((name) => (name.includes("]:") ? name : `${name}:${port}`.toLowerCase())));
  if (port === 80) for (const name of names) hosts.add(name.toLowerCase());
  return {
    hosts,
    origins: new Set([...hosts].map((each) => `http://${each}`)),
    allowed: new Set(allowed),
  };
}

function isAllowed(host: string, { allowed }: GuardRules): boolean {
  return allowed.size > 0 && (allowed.has(host) || allowed.has(host.replace(/:\d+$/, "")));
}

/**
 * Judges a request by its head alone. A page on another site can reach a loopback port through a rebound name or
 * a cross-site form; neither can forge `Host`, `Origin` and `Sec-Fetch-*`, so those decide.
 *
 * @returns `null` to let it in.
 */
export function refuseRequest(incoming: IncomingMessage, rules: GuardRules): Refusal | null {
  const { rawHeaders, url } = incoming;
  const host = singleHost(rawHeaders);
  if (host === null) return invalid("exactly one Host header is needed");
  if (!rules.hosts.has(host) && !isAllowed(host, rules)) {
    return forbidden(
      "this Host is not served here; use the address that the gateway printed at start, or name it in CCP_ALLOWED_HOSTS",
    );
  }
  if (originForm(url ?? "", host) === null) {
    return invalid(
      "the request target must be a path without a fragment, or http:// with this gateway's own host and a path",
    );
  }
  return (
    refuseForeignPage(rawHeaders, host, rules) ??
    refuseFraming(incoming) ??
    refuseLostHeader(rawHeaders) ??
    refuseTooMany(rawHeaders)
  );
}

/**
 * The path and query of a request target as they were written: a URL parser would resolve dots and turn backslashes, and
 * then another path would be judged than the one that was sent.
 *
 * @param host Lower case, as the `Host` header names it; another authority is none of this gateway's.
 * @returns `null` for one with a fragment, and for what is neither a path nor this gateway's own `http://` address.
 */
export function originForm(target: string, host: string): string | null {
  if (target.includes("#")) return null;
  if (target.startsWith("/")) return target;
  const [, authority, rest = ""] = /^http:\/\/([^/?#\\]*)(.*)$/is.exec(target) ?? [];
  if (authority?.toLowerCase() !== host) return null;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

function refuseForeignPage(headers: RawHeaders, host: string, rules: GuardRules): Refusal | null {
  let refusal: Refusal | null = null;
  eachHeader(headers, (name, value) => {
    const word = value.trim().toLowerCase();
    if (name === "origin" && !rules.origins.has(word) && !isOwnPage(word, host, rules)) {
      refusal = forbidden("requests from other origins are not served");
    } else if (name === "sec-fetch-mode" && word === "no-cors") {
      refusal = forbidden("no-cors requests are not served");
    } else if (name === "sec-fetch-site" && (word === "cross-site" || word === "same-site")) {
      // Another port of this machine is the same site, and not the same program.
      refusal = forbidden("requests from pages of other programs are not served");
    }
  });
  return refusal;
}

/** A page of an allowed name, over TLS where a proxy in front speaks it: only the authority it was itself loaded from. */
function isOwnPage(origin: string, host: string, rules: GuardRules): boolean {
  return isAllowed(host, rules) && (origin === `http://${host}` || origin === `https://${host}`);
}

/** Two readers may disagree on where such a body ends, or on what is in it; the parser lets these through. */
function refuseFraming({ headers, httpVersionMajor, httpVersionMinor }: IncomingMessage): Refusal | null {
  const coding = headers["transfer-encoding"];
  if (coding === undefined) return null;
  if (coding.trim().toLowerCase() !== "chunked") {
    return invalid("transfer-encoding must be chunked alone");
  }
  const knowsChunks = httpVersionMajor > 1 || httpVersionMinor > 0;
  return knowsChunks ? null : invalid("HTTP/1.0 has no transfer-encoding");
}

/** Headers that decide who asks, for what, and how the body is read: a `connection` header that lists one drops it unseen. */
const NEVER_HOP: ReadonlySet<string> = new Set([
  "authorization",
  "x-api-key",
  "x-ccp-token",
  "host",
  "origin",
  "accept",
  "content-type",
  "content-length",
  "content-encoding",
]);

function refuseLostHeader(headers: RawHeaders): Refusal | null {
  for (const name of connectionNames(headers)) {
    if (NEVER_HOP.has(name) || name.startsWith("anthropic-") || name.startsWith("sec-fetch-")) {
      return invalid("the Connection header must not list a credential or a header of the request itself");
    }
  }
  return null;
}

/** Every header is looked at for every attempt; no client sends a tenth of these. */
const MAX_HEADERS = 500;

function refuseTooMany(headers: RawHeaders): Refusal | null {
  if (headers.length <= MAX_HEADERS * 2) return null;
  return {
    status: 431,
    type: "invalid_request_error",
    message: `more than ${MAX_HEADERS} headers are not taken`,
  };
}

export function singleHost(headers: RawHeaders): string | null {
  let host: string | null = null;
  let count = 0;
  eachHeader(headers, (name, value) => {
    if (name !== "host") return;
    count += 1;
    host = value.trim().toLowerCase();
  });
  return count === 1 ? host : null;
}

function invalid(message: string): Refusal {
  return { status: 400, type: "invalid_request_error", message };
}

function forbidden(message: string): Refusal {
  return { status: 403, type: "permission_error", message };
}

/** Whether the caller is a browser page: mutating routes without a token are not for those. */
export function isBrowserCall(incoming: IncomingMessage): boolean {
  return incoming.headers.origin !== undefined || incoming.headers["sec-fetch-site"] !== undefined;
}
