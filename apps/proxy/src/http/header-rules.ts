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
  "authorization",
  "x-api-key",
]);

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
  return !(
    HOP_BY_HOP.has(name) ||
    NEVER_UPSTREAM.has(name) ||
    connectionListed.has(name) ||
    name.startsWith("x-ccp-") ||
    name.startsWith("x-forwarded-")
  );
}

/** What a lane with an operator's key gets of the client's headers: the protocol's own, and no identity. */
export function isProtocolHeader(name: string): boolean {
  return (
    name === "accept" ||
    name === "content-type" ||
    name === "user-agent" ||
    name === "x-app" ||
    name.startsWith("anthropic-") ||
    name.startsWith("x-stainless-")
  );
}

/** Whether an upstream's header may reach the client. `ownLane` is the lane whose limits are the client's own. */
export function mayGoDownstream(
  name: string,
  connectionListed: ReadonlySet<string>,
  ownLane: boolean,
): boolean {
  if (HOP_BY_HOP.has(name) || connectionListed.has(name) || name.startsWith("x-ccp-")) return false;
  // Another lane's limits would be shown to a subscriber as the limits of their own plan.
  if (!ownLane && (name === "set-cookie" || name.startsWith("anthropic-ratelimit-"))) return false;
  return true;
}
