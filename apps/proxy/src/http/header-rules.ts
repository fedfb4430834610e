/** A flat list of names and values in the order and spelling they came in: what Node and undici both take. */
export type RawHeaders = readonly string[];

/** Meant for one connection only; forwarding one would let a peer steer a connection that is not its own. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "alt-svc",
  "expect",
]);

/**
 * Set anew for each attempt, or telling an upstream of the client's machine. `accept-encoding` is asked as
 * identity, since usage is read from the bytes that pass.
 */
const NEVER_UPSTREAM: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "accept-encoding",
  "cookie",
  "forwarded",
  "via",
  "x-rewrite-url",
  "x-http-method-override",
  "authorization",
  "x-api-key",
]);

/** By these a server behind a proxy is told another path, host or client than the request's own. */
const STEERING: readonly string[] = ["x-forwarded-", "x-original-", "x-envoy-"];

/** The names a `connection` header lists, lower case. */
export function connectionNames(headers: RawHeaders): ReadonlySet<string> {
  const names = new Set<string>();
  eachHeader(headers, (name, value) => {
    if (name !== "connection") return;
    for (const part of value.split(",")) names.add(part.trim().toLowerCase());
  });
  return names;
}

/** Calls back with each lower-case name, its value, and its name as spelled. */
export function eachHeader(
  headers: RawHeaders,
  visit: (name: string, value: string, spelled: string) => void,
): void {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const spelled = headers[i] ?? "";
    visit(spelled.toLowerCase(), headers[i + 1] ?? "", spelled);
  }
}

/**
 * Whether a client's header may go to any upstream at all. Credentials never do here: the lane's own are added
 * afterwards.
 */
export function mayGoUpstream(name: string, connectionListed: ReadonlySet<string>): boolean {
  // Some servers take `_` for `-`, and would read a forbidden name under its other spelling.
  const read = name.includes("_") ? name.replaceAll("_", "-") : name;
  return !(
    HOP_BY_HOP.has(read) ||
    NEVER_UPSTREAM.has(read) ||
    connectionListed.has(name) ||
    isGatewayMark(read) ||
    STEERING.some((prefix) => read.startsWith(prefix))
  );
}

/** Of the `anthropic-*` headers those that say how to read a request; others name an organization or a workspace. */
const PROTOCOL_HEADERS: ReadonlySet<string> = new Set([
  "anthropic-version",
  "anthropic-beta",
  "anthropic-dangerous-direct-browser-access",
]);

/** What a lane with an operator's key gets of the client's headers: the protocol's own, and no identity. */
export function isProtocolHeader(name: string): boolean {
  return (
    name === "accept" ||
    name === "content-type" ||
    name === "user-agent" ||
    name === "x-app" ||
    PROTOCOL_HEADERS.has(name) ||
    name.startsWith("x-stainless-")
  );
}

/**
 * What a lane says to a browser, or about its own host. To a browser a relayed answer is the gateway's: a cookie, a
 * permission or a rule in it would be kept for the gateway's own pages and for every other program on this host.
 */
const NEVER_DOWNSTREAM: ReadonlySet<string> = new Set([
  // Kept by a browser for the host.
  "set-cookie",
  "set-cookie2",
  "clear-site-data",
  "strict-transport-security",
  "public-key-pins",
  "public-key-pins-report-only",
  "expect-ct",
  "alternate-protocol",
  "origin-agent-cluster",
  "accept-ch",
  "critical-ch",
  // Lets other pages read, frame or time what the gateway answers.
  "timing-allow-origin",
  "x-frame-options",
  "x-permitted-cross-domain-policies",
  "permissions-policy",
  "feature-policy",
  "document-policy",
  // Loads or runs something, or goes somewhere.
  "refresh",
  "link",
  "service-worker-allowed",
  "sourcemap",
  "x-sourcemap",
  "speculation-rules",
  "supports-loading-mode",
  "use-as-dictionary",
  // Makes a browser report to somebody.
  "report-to",
  "reporting-endpoints",
  "nel",
  // Replaced by the gateway's own.
  "content-security-policy",
  "content-security-policy-report-only",
  "x-content-type-options",
]);

/** Whether an upstream's header may reach the client. `ownLane` is the lane whose limits are the client's own. */
export function mayGoDownstream(
  name: string,
  connectionListed: ReadonlySet<string>,
  ownLane: boolean,
): boolean {
  if (HOP_BY_HOP.has(name) || connectionListed.has(name) || NEVER_DOWNSTREAM.has(name)) return false;
  if (isGatewayMark(name)) return false;
  if (name.startsWith("access-control-") || name.startsWith("cross-origin-")) return false;
  // Another lane's limits would be shown to a subscriber as the limits of their own plan.
  return ownLane || !name.startsWith("anthropic-ratelimit-");
}

/** Makes a page of what a lane answers an empty one without scripts, should a browser ever show it. */
export const SHIELD: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; sandbox",
  "x-content-type-options": "nosniff",
};

/** Media types that a browser runs or renders. */
const ACTIVE_TYPE =
  /^\s*(?:text\/(?:html|xml|xsl|javascript|ecmascript)|(?:application|text|image)\/(?:[\w.-]+\+)?xml|application\/(?:(?:x-)?javascript|ecmascript|xslt)|multipart\/x-mixed-replace)\s*(;.*)?$/i;

/** A content type of a relayed answer: a page of a lane is shown as its source. Parameters stay. */
export function passiveType(value: string): string {
  const active = ACTIVE_TYPE.exec(value);
  return active === null ? value : `text/plain${active[1] ?? ""}`;
}

/** Whether a header's name is one that only the gateway gives. */
function isGatewayMark(name: string): boolean {
  return name.startsWith("x-ccp-") || name.startsWith("x_ccp_");
}
