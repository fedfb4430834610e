import type { IncomingMessage, ServerResponse } from "node:http";
import { ENDPOINTS } from "@ccp/usage-contract";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Deps } from "../deps.ts";
import { countTokens } from "../exchange/count-tokens.ts";
import { runExchange } from "../exchange/exchange.ts";
import { passThrough } from "../exchange/pass-through.ts";
import { hasAdminToken, sameToken } from "./admin-token.ts";
import { type OwnError, sendError } from "./answer.ts";
import { type GuardRules, isBrowserCall, refuseRequest } from "./guard.ts";

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** Where a path leads. Own routes come first, so that none of them is ever relayed. */
type Place = "messages" | "count_tokens" | "own" | "relay" | "nowhere";

const OWN_PATHS: ReadonlySet<string> = new Set(
  ENDPOINTS.filter((each) => !each.path.endsWith("*") && !each.path.startsWith("/v1/messages")).map(
    (each) => each.path,
  ),
);
const MUTATING: ReadonlySet<string> = new Set(
  ENDPOINTS.filter((each) => each.mutating).map((each) => `${each.method} ${each.path}`),
);

/**
 * The one way in. Guards stand before every route; the exchange is reached by path and method alone, since a router in
 * front of it costs a tenth of its time.
 */
export function createListener(deps: Deps, app: Hono, rules: () => GuardRules): Listener {
  const readApi = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return (incoming, outgoing) => {
    const refusal = refuseRequest(incoming, rules());
    if (refusal !== null) {
      incoming.resume();
      return sendError(outgoing, { ...refusal, headers: { connection: "close" } }, deps.newId());
    }
    const target = originForm(incoming.url ?? "/");
    incoming.url = target;
    const path = target.split("?", 1)[0] ?? "/";
    const place = findPlace(path);
    const error = refusePlace(incoming, path, place, deps);
    if (error !== null) return sendError(outgoing, error, deps.newId());
    if (deps.drain.active) outgoing.setHeader("connection", "close");
    switch (place) {
      case "messages":
        return guardFailure(runExchange(incoming, outgoing, deps), outgoing, deps);
      case "count_tokens":
        return guardFailure(countTokens(incoming, outgoing, deps), outgoing, deps);
      case "relay":
        return guardFailure(passThrough(incoming, outgoing, target, deps), outgoing, deps);
      default:
        void readApi(incoming, outgoing);
    }
  };
}

function findPlace(path: string): Place {
  if (path === "/v1/messages") return "messages";
  if (path === "/v1/messages/count_tokens") return "count_tokens";
  if (OWN_PATHS.has(path)) return "own";
  if (path.includes("//") || path.includes("..") || /%2e|%2f|%5c|\\/i.test(path)) return "nowhere";
  // A slash more would take a conversation past routing, counting and the log.
  if (/^\/v1\/messages(\/count_tokens)?\/$/.test(path)) return "nowhere";
  // The gateway's own corner of the name space: what is not there yet must not reach an upstream.
  if (/^\/v1\/(usage|quotas|providers|calibration|decisions|events|requests|statusline|dev)(\/|$)/.test(path))
    return "nowhere";
  return path.startsWith("/v1/") || path.startsWith("/api/") ? "relay" : "nowhere";
}

function refusePlace(incoming: IncomingMessage, path: string, place: Place, deps: Deps): OwnError | null {
  const method = incoming.method ?? "GET";
  const { clientToken, adminToken } = deps.settings;
  if ((place === "messages" || place === "count_tokens") && method !== "POST") {
    return {
      status: 405,
      type: "invalid_request_error",
      message: "only POST is served here",
      headers: { allow: "POST" },
    };
  }
  if (place === "messages" || place === "count_tokens" || place === "relay") {
    if (clientToken === null || sameToken(firstOf(incoming.headers["x-ccp-token"]), clientToken)) return null;
    return { status: 403, type: "permission_error", message: "x-ccp-token is missing or wrong" };
  }
  if (!MUTATING.has(`${method} ${path}`)) return null;
  if (adminToken !== null) {
    if (hasAdminToken(incoming.headers.authorization, deps)) return null;
    return {
      status: 401,
      type: "authentication_error",
      message: "this route needs the admin token as a bearer token",
    };
  }
  if (!isBrowserCall(incoming)) return null;
  return {
    status: 403,
    type: "permission_error",
    message: "this route is not for browsers unless CCP_ADMIN_TOKEN is set",
  };
}

/** An exchange words its own failures; what arrives here is a fault of the gateway and must not take the process. */
function guardFailure(work: Promise<void>, outgoing: ServerResponse, deps: Deps): void {
  work.catch((error: unknown) => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    deps.notice("error", `a request failed inside the gateway: ${message}`);
    sendError(
      outgoing,
      { status: 500, type: "api_error", message: "the gateway failed on this request; its log says why" },
      deps.newId(),
    );
  });
}

function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const url = new URL(target);
  return url.pathname + url.search;
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
