import { type ProxyAddress, type ProxySettings, proxyFor } from "@ccp/usage-contract";
import { buildConnector, Client } from "undici";

/** How connections to a lane are made: directly, or through the proxy that the environment names. */
export interface LaneDial {
  /** `null`: directly. */
  readonly proxy: ProxyAddress | null;
  /** What is connected to: the lane, or a proxy that is asked for whole URLs. */
  readonly target: string;
  readonly connect: Connector;
  readonly forward: Forward | null;
}

/** What a request to a proxy carries beside its own, where no tunnel is opened for it. */
export interface Forward {
  /** Before the path: such a proxy is asked for a whole URL. */
  readonly origin: string;
  readonly headers: readonly string[];
  /** What a refusal by the proxy itself is. */
  readonly refused: () => ProxyError;
}

/** A connection that the proxy did not make. */
export class ProxyError extends Error {
  /** Not one of the codes by which a broken connection is known: nothing of the request has been sent. */
  readonly code = "CCP_PROXY";

  /** @param reason A clause about the proxy, in words for the client. */
  constructor({ variable }: ProxyAddress, reason: string, cause?: unknown) {
    super(`the proxy of ${variable} ${reason}`, { cause });
    this.name = "ProxyError";
  }
}

/** A plan for the connections of one lane. None is made yet. */
export function laneDial(origin: string, connectTimeoutMs: number, proxies: ProxySettings): LaneDial {
  const direct = buildConnector({ timeout: connectTimeoutMs, keepAlive: true, allowH2: false });
  const proxy = proxyFor(origin, proxies);
  if (proxy === null) return { proxy, target: origin, connect: direct, forward: null };
  if (new URL(origin).protocol === "https:") {
    return { proxy, target: origin, connect: tunnel(proxy, direct, connectTimeoutMs), forward: null };
  }
  return { proxy, target: proxy.origin, connect: toProxy(proxy, direct), forward: forwardOf(origin, proxy) };
}

function forwardOf(origin: string, proxy: ProxyAddress): Forward {
  const host = ["host", new URL(origin).host];
  const authorization = authorizationOf(proxy);
  return {
    origin,
    headers: authorization === null ? host : [...host, "proxy-authorization", authorization],
    refused: () => new ProxyError(proxy, refusalOf(407)),
  };
}

function authorizationOf({ login }: ProxyAddress): string | null {
  return login === null ? null : `Basic ${Buffer.from(login).toString("base64")}`;
}

type Connector = ReturnType<typeof buildConnector>;

function toProxy(proxy: ProxyAddress, direct: Connector): Connector {
  return (options, callback) =>
    direct(options, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(unreachable(proxy, error), null);
    });
}

/** Asks the proxy for a connection to the lane, and speaks TLS to the lane inside of it. */
function tunnel(proxy: ProxyAddress, direct: Connector, timeoutMs: number): Connector {
  return (options, callback) => {
    const done = callback as (error: Error | null, socket: unknown) => void;
    openTunnel(proxy, `${options.hostname}:${options.port || 443}`, direct, timeoutMs).then(
      (httpSocket) => direct({ ...options, httpSocket } as Parameters<Connector>[0], callback),
      (error: unknown) => done(error instanceof ProxyError ? error : unreachable(proxy, error), null),
    );
  };
}

async function openTunnel(proxy: ProxyAddress, target: string, connect: Connector, timeoutMs: number) {
  const client = new Client(proxy.origin, { headersTimeout: timeoutMs, allowH2: false, connect });
  const value = authorizationOf(proxy);
  const authorization = value === null ? {} : { "proxy-authorization": value };
  try {
    const { statusCode, socket } = await client.connect({
      path: target,
      headers: { host: target, ...authorization },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (statusCode >= 200 && statusCode < 300) return socket;
    socket.on("error", () => {}).destroy();
    throw new ProxyError(proxy, refusalOf(statusCode));
  } finally {
    // The tunnel's socket is no longer the client's.
    client.destroy().catch(() => {});
  }
}

/** What a proxy's own status means, as a clause. */
function refusalOf(status: number): string {
  return status === 407
    ? "answered 407: it wants a user and a password, or other ones"
    : `answered ${status} when it was asked for a connection`;
}

function unreachable(proxy: ProxyAddress, error: unknown): ProxyError {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const detail = typeof code === "string" ? code : typeof name === "string" ? name : "unknown error";
  const reason = name === "TimeoutError" ? "did not answer in time" : `could not be used (${detail})`;
  return new ProxyError(proxy, reason, error);
}
