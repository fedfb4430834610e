import { isLoopbackHost } from "@ccp/usage-contract/core";

/** A base URL that is safe to build requests on. */
export interface BaseUrl {
  /** Lower-case scheme and host, no default port, no trailing slash, no `/v1`. */
  readonly url: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly https: boolean;
  /** Whether the host can only be this machine. */
  readonly loopback: boolean;
  /** Whether a trailing `/v1` or `/v1/messages` was taken off. */
  readonly versionRemoved: boolean;
}

export type BaseUrlResult =
  | { readonly success: true; readonly base: BaseUrl }
  /** What was found instead, in words that quote nothing: the text may hold a credential. */
  | { readonly success: false; readonly found: string };

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is;
const PATH = /^(?:\/[A-Za-z0-9._~!&'()*+,;=:@-]*)*$/;
const VERSION_SUFFIX = /\/v1(?:\/messages)?$/;
const DEFAULT_PORT: Readonly<Record<string, string>> = { http: "80", https: "443" };

/**
 * Reads a base URL. Stricter than the URL standard on purpose: what passes means the same to every reader, so no
 * backslash, number trick (`http://2130706433`) or dot segment can make a key go elsewhere than it seems to.
 *
 * @example
 * parseBaseUrl("https://API.z.ai/api/anthropic/"); // base.url => "https://api.z.ai/api/anthropic"
 */
export function parseBaseUrl(text: string): BaseUrlResult {
  const found = whyNoUrl(text);
  if (found !== null) return { success: false, found };
  const [, schemeText = "", rest = ""] = SCHEME.exec(text) ?? [];
  const scheme = schemeText.toLowerCase();
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? "" : rest.slice(slash);
  const [, hostText = "", port = ""] = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const host = hostText.toLowerCase();
  if (!isHost(host) || Number(port) > 65_535 || port === "0")
    return { success: false, found: "no valid host" };
  if (!isPath(path)) return { success: false, found: "a path with characters or dots that are not plain" };
  const origin = `${scheme}://${host}${port === "" || port === DEFAULT_PORT[scheme] ? "" : `:${Number(port)}`}`;
  const trimmed = path.replace(/\/+$/, "");
  const bare = trimmed.replace(VERSION_SUFFIX, "");
  return {
    success: true,
    base: {
      url: origin + bare,
      origin,
      https: scheme === "https",
      loopback: isLoopbackHost(host),
      versionRemoved: bare !== trimmed,
    },
  };
}

function whyNoUrl(text: string): string | null {
  if (/\$\{?\w/.test(text)) return "a variable; variables are not replaced in this file";
  const match = SCHEME.exec(text);
  if (match === null) return "a text without https://";
  const [, scheme = "", rest = ""] = match;
  if (!Object.hasOwn(DEFAULT_PORT, scheme.toLowerCase())) return "another scheme";
  if (/[\s\\]/.test(text)) return "blanks or backslashes";
  if ((rest.split(/[/?#]/)[0] ?? "").includes("@")) return "a user name or password";
  if (rest.includes("?")) return "a query";
  return rest.includes("#") ? "a fragment" : null;
}

function isPath(path: string): boolean {
  return PATH.test(path) && path.split("/").every((segment) => segment !== "." && segment !== "..");
}

const NAME_LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

function isHost(host: string): boolean {
  if (host.startsWith("[")) return isIpv6(host.slice(1, -1));
  if (IPV4.test(host)) return !/(?:^|\.)0\d/.test(host);
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  // A name that ends in a number is an address in disguise to the URL standard.
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(last)) return false;
  return host.length <= 253 && labels.every((label) => NAME_LABEL.test(label));
}

function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}
