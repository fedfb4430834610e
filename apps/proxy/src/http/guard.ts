import type { IncomingMessage } from "node:http";
import { connectionNames, eachHeader, type RawHeaders } from "./header-rules.ts";

/** A request that is not let in: answered before any route, file or lane is looked at. */
export interface Refusal {
  readonly status: 400 | 403;
  readonly type: "invalid_request_error" | "permission_error";
  readonly message: string;
}

export interface GuardRules {
  /** Lower-case `host:port` values that name this gateway. */
  readonly hosts: ReadonlySet<string>;
  /** Lower-case origins of this gateway's own pages. */
  readonly origins: ReadonlySet<string>;
}

/** The names by which a gateway on this port may be called: loopback names, and the host it was told to bind. */
export function guardRules(host: string, port: number, extraHosts: readonly string[] = []): GuardRules {
  const names = ["127.0.0.1", "localhost", "[::1]", ...extraHosts];
  if (host !== "0.0.0.0" && host !== "::") names.push(host.includes(":") ? `[${host}]` : host);
  const hosts = new Set(names.map((name) => (name.includes("]:") ? name : `${name}:${port}`.toLowerCase())));
  if (port === 80) for (const name of names) hosts.add(name.toLowerCase());
  return { hosts, origins: new Set([...hosts].map((each) => `http://${each}`)) };
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
  if (!rules.hosts.has(host)) {
    return forbidden("this Host is not served here; use the address that the gateway printed at start");
  }
  if (url === undefined || !url.startsWith("/")) {
    if (!sameAuthority(url ?? "", host)) return invalid("the request target names another authority");
  }
  return refuseForeignPage(rawHeaders, rules) ?? refuseLostCredential(rawHeaders);
}

function refuseForeignPage(headers: RawHeaders, rules: GuardRules): Refusal | null {
  let refusal: Refusal | null = null;
  eachHeader(headers, (name, value) => {
    const word = value.trim().toLowerCase();
    if (name === "origin" && !rules.origins.has(word)) {
      refusal = forbidden("requests from other origins are not served");
    } else if (name === "sec-fetch-mode" && word === "no-cors") {
      refusal = forbidden("no-cors requests are not served");
    } else if (name === "sec-fetch-site" && word === "cross-site") {
      refusal = forbidden("cross-site requests are not served");
    }
  });
  return refusal;
}

/** A `connection` header that lists a credential would make it vanish on the way without a word. */
function refuseLostCredential(headers: RawHeaders): Refusal | null {
  const listed = connectionNames(headers);
  return listed.has("authorization") || listed.has("x-api-key")
    ? invalid("the Connection header must not list a credential")
    : null;
}

function singleHost(headers: RawHeaders): string | null {
  let host: string | null = null;
  let count = 0;
  eachHeader(headers, (name, value) => {
    if (name !== "host") return;
    count += 1;
    host = value.trim().toLowerCase();
  });
  return count === 1 ? host : null;
}

function sameAuthority(target: string, host: string): boolean {
  return URL.canParse(target) && new URL(target).host.toLowerCase() === host;
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
