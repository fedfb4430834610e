import type { IncomingMessage, ServerResponse } from "node:http";
import { ENDPOINTS } from "@ccp/usage-contract";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Deps } from "../deps.ts";
import { countTokens } from "../exchange/count-tokens.ts";
import { runExchange } from "../exchange/exchange.ts";
import { passThrough } from "../exchange/pass-through.ts";
import { CLI_NAME } from "../process/cli-name.ts";
import { MAX_JSON_BYTES } from "../read-api/json.ts";
import { whyUnrouted } from "../state/reload-catalog.ts";
import { bearerToken } from "./admin-token.ts";
import { type OwnError, sendError } from "./answer.ts";
import { checkToken, type TokenKind } from "./check-token.ts";
import { findPlace, type Place, wordNowhere } from "./find-place.ts";
import { type GuardRules, isBrowserCall, originForm, refuseRequest, singleHost } from "./guard.ts";
import { createGuessBook, type GuessBook } from "./guess-book.ts";

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

const MUTATING: ReadonlySet<string> = new Set(
  ENDPOINTS.filter((each) => each.mutating).map((each) => `${each.method} ${each.path}`),
);

const RELAYED_METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/**
 * The one way in. Guards stand before every route; the exchange is reached by path and method alone, since a router in
 * front of it costs a tenth of its time.
 */
export function createListener(deps: Deps, app: Hono, rules: () => GuardRules): Listener {
  const readApi = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const books = { admin: createGuessBook(), client: createGuessBook() };
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse, place: Place): void => {
    if (outgoing.destroyed) return;
    if (incoming.headers.expect !== undefined && wantsBody(incoming, place, deps)) outgoing.writeContinue();
    if (deps.drain.active) outgoing.setHeader("connection", "close");
    switch (place) {
      case "messages":
        guardFailure(runExchange(incoming, outgoing, deps), outgoing, deps);
        break;
      case "count_tokens":
        guardFailure(countTokens(incoming, outgoing, deps), outgoing, deps);
        break;
      case "relay":
        guardFailure(passThrough(incoming, outgoing, incoming.url ?? "/", deps), outgoing, deps);
        break;
      default:
        outgoing.setHeader("x-content-type-options", "nosniff");
        void readApi(incoming, outgoing);
    }
  };
  return (incoming, outgoing) => {
    const refusal = refuseRequest(incoming, rules());
    if (refusal !== null) {
      return sendError(outgoing, { ...refusal, headers: { connection: "close" } }, deps.newId(), false);
    }
    const target = originForm(incoming.url ?? "/", singleHost(incoming.rawHeaders) ?? "") ?? "/";
    incoming.url = target;
    const path = target.split("?", 1)[0] ?? "/";
    const place = findPlace(path);
    const error = refusePlace(incoming, path, place);
    if (error !== null) return sendError(outgoing, error, deps.newId());
    const access = judgeAccess(incoming, path, place, books, deps);
    const go = (): void => {
      const refused = access.error ?? (place === "own" ? null : refuseUnrouted(deps));
      if (refused === null) serve(incoming, outgoing, place);
      else if (!outgoing.destroyed) sendError(outgoing, refused, deps.newId());
    };
    if (access.delayMs === 0) go();
    else setTimeout(go, access.delayMs);
  };
}

/** Only a request that was let in is asked for its body, and only for one that will be read. */
function wantsBody(incoming: IncomingMessage, place: Place, { settings }: Deps): boolean {
  const declared = Number(incoming.headers["content-length"] ?? 0);
  if (place === "relay") return true;
  return declared <= (place === "own" ? MAX_JSON_BYTES : settings.maxBodyBytes);
}

function refusePlace(incoming: IncomingMessage, path: string, place: Place): OwnError | null {
  const method = incoming.method ?? "GET";
  if ((place === "messages" || place === "count_tokens") && method !== "POST") return wrongMethod("POST");
  if (place === "nowhere") return { status: 404, type: "not_found_error", message: wordNowhere(path) };
  // TRACE sends a request's credentials back, and OPTIONS asks for what only browsers want.
  if (place === "relay" && !RELAYED_METHODS.includes(method)) return wrongMethod(RELAYED_METHODS.join(", "));
  return null;
}

interface Access {
  readonly error: OwnError | null;
  readonly delayMs: number;
}

const OPEN: Access = { error: null, delayMs: 0 };

/** Who may do this: spending a plan takes the client token, changing the gateway the admin token, where they are set. */
function judgeAccess(
  incoming: IncomingMessage,
  path: string,
  place: Place,
  books: Readonly<Record<TokenKind, GuessBook>>,
  deps: Deps,
): Access {
  const { clientToken, adminToken } = deps.settings;
  if (place !== "own") {
    if (clientToken === null) return OPEN;
    const given = firstOf(incoming.headers["x-ccp-token"]);
    const { outcome, delayMs } = checkToken("client", given, clientToken, incoming, books.client, deps);
    return { error: outcome === "right" ? null : WRONG_CLIENT_TOKEN, delayMs };
  }
  const isMutating = MUTATING.has(`${incoming.method ?? "GET"} ${path}`);
  // The status line works without the token, and does more with it.
  const asks = isMutating || path === "/v1/statusline";
  if (adminToken !== null && asks) {
    const given = bearerToken(incoming.headers.authorization);
    const { outcome, delayMs } = checkToken("admin", given, adminToken, incoming, books.admin, deps);
    if (outcome === "right" || !isMutating) return { error: null, delayMs };
    return { error: outcome === "wrong_again" ? GUESSING : WRONG_ADMIN_TOKEN, delayMs };
  }
  return isMutating && adminToken === null && isBrowserCall(incoming)
    ? { error: NO_BROWSERS, delayMs: 0 }
    : OPEN;
}

const WRONG_CLIENT_TOKEN: OwnError = {
  status: 403,
  type: "permission_error",
  message: "x-ccp-token is missing or wrong",
};

const WRONG_ADMIN_TOKEN: OwnError = {
  status: 401,
  type: "authentication_error",
  message: "this route needs the admin token as a bearer token",
};

const GUESSING: OwnError = {
  status: 429,
  type: "rate_limit_error",
  message: "several wrong admin tokens came from this address; each further try is held",
  headers: { "retry-after": "2" },
};

const NO_BROWSERS: OwnError = {
  status: 403,
  type: "permission_error",
  message: "this route is not for browsers unless CCP_ADMIN_TOKEN is set",
};

function wrongMethod(allow: string): OwnError {
  return {
    status: 405,
    type: "invalid_request_error",
    message: `only ${allow} is served here`,
    headers: { allow },
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

function refuseUnrouted({ catalogInForce }: Deps): OwnError | null {
  const why = whyUnrouted(catalogInForce);
  if (why === null) return null;
  return {
    status: 503,
    type: "api_error",
    message: `${why}. Mend the file: ${CLI_NAME} config check says what is wrong, and the gateway takes it within seconds.`,
  };
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
