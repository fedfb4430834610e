import type { EnvReader } from "./environment-reader.ts";
import { isLoopbackHost } from "./loopback.ts";

/** A forward proxy that the environment names. */
export interface ProxyAddress {
  /** Scheme, host and port; never holds credentials. */
  readonly origin: string;
  /** `user:password`; `null` where the proxy asks for none. Never shown. */
  readonly login: string | null;
  /** The variable that names it, as it is spelled there. */
  readonly variable: string;
}

/** How lanes are reached: `null` is "directly". */
export interface ProxySettings {
  readonly https: ProxyAddress | null;
  readonly http: ProxyAddress | null;
  /** Hosts that are reached directly, as `NO_PROXY` lists them. */
  readonly except: string;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { https: "443", http: "80" };

/** The usual variables, in either spelling; the lower-case one wins, as in curl. */
export function readProxies(reader: EnvReader): ProxySettings {
  const all = readProxy(reader, "all_proxy", "ALL_PROXY");
  const https = readProxy(reader, "https_proxy", "HTTPS_PROXY");
  const http = readProxy(reader, "http_proxy", "HTTP_PROXY");
  const except = reader.text("no_proxy") ?? reader.text("NO_PROXY") ?? "";
  return { https: https ?? all, http: http ?? all, except };
}

function readProxy(reader: EnvReader, lower: string, upper: string): ProxyAddress | null {
  const [low, high] = [reader.text(lower), reader.text(upper)];
  const value = low ?? high;
  if (value === null) return null;
  const variable = low === null ? upper : lower;
  // Common beside the other two, for programs that can do nothing else.
  if (upper === "ALL_PROXY" && /^socks/i.test(value)) {
    reader.warnings.push(`${variable} names a SOCKS proxy: only HTTP proxies are used, ignored`);
    return null;
  }
  const proxy = parseProxy(value, variable);
  if (proxy === null) {
    reader.errors.push(`${variable}: expected a URL such as http://proxy:3128 (the value is not shown)`);
  }
  return proxy;
}

/** Scheme (may be left out, as in curl), user and password, host, port; no path: it would be guesswork what one is to mean. */
const PROXY =
  /^(?:(https?):\/\/)?(?:([^\s/?#@:]*)(?::([^\s/?#@]*))?@)?(\[[0-9a-f:.]+\]|[^\s/?#@:[\]]+)(?::(\d{1,5}))?\/?$/i;
const HIGHEST_PORT = 65_535;

function parseProxy(value: string, variable: string): ProxyAddress | null {
  const [whole, scheme = "http", user, password = "", host = "", port] = PROXY.exec(value) ?? [];
  if (whole === undefined || Number(port ?? 1) === 0 || Number(port ?? 1) > HIGHEST_PORT) return null;
  const protocol = scheme.toLowerCase();
  const origin = `${protocol}://${host.toLowerCase()}:${port ?? DEFAULT_PORTS[protocol]}`;
  if (user === undefined) return { origin, login: null, variable };
  try {
    return { origin, login: `${decodeURIComponent(user)}:${decodeURIComponent(password)}`, variable };
  } catch {
    // A per cent sign that stands for itself has to be written as %25.
    return null;
  }
}

/**
 * The proxy through which an origin is reached. This machine's own addresses are never behind one.
 *
 * @param origin Scheme, host and port of a lane.
 */
export function proxyFor(origin: string, proxies: ProxySettings): ProxyAddress | null {
  const [, protocol = "", hostname = "", port] =
    /^(https?):\/\/(\[[^\]]*\]|[^:/]*)(?::(\d+))?/i.exec(origin) ?? [];
  const proxy = protocol === "https" ? proxies.https : proxies.http;
  if (proxy === null || isLoopbackHost(hostname)) return null;
  const host = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  return isExcepted(host, port ?? DEFAULT_PORTS[protocol] ?? "", proxies.except) ? null : proxy;
}

function isExcepted(host: string, port: string, except: string): boolean {
  return except
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => matchesEntry(entry, host, port));
}

/** `*`, a name with all below it, `*.name` for those below it alone, an address, a block of addresses; each with a port or without. */
function matchesEntry(entry: string, host: string, port: string): boolean {
  const [, name = entry, only] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const bare = name.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (bare === "*") return true;
  if (bare.includes("/")) return isInBlock(host, bare);
  if (bare.startsWith("*.")) return host.endsWith(bare.slice(1));
  const suffix = bare.replace(/^\./, "");
  return suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`));
}

/** IPv4 alone. */
function isInBlock(host: string, block: string): boolean {
  const [base = "", length = ""] = block.split("/");
  const [address, network, bits] = [toNumber(host), toNumber(base), Number(length)];
  if (address === null || network === null || !/^\d{1,2}$/.test(length) || bits > 32) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) === Math.floor(network / size);
}

function toNumber(address: string): number | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return null;
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
