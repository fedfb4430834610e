import { ENDPOINTS, RELAYED_PATHS } from "@ccp/usage-contract";

/** Where a path leads. */
export type Place = "messages" | "count_tokens" | "own" | "relay" | "nowhere";

const MESSAGES = "/v1/messages";
const COUNT_TOKENS = "/v1/messages/count_tokens";

const OWN_PATHS: ReadonlySet<string> = new Set(
  ENDPOINTS.filter(({ method, path }) => method !== "ANY" && path !== MESSAGES && path !== COUNT_TOKENS).map(
    ({ path }) => path,
  ),
);
const RELAYED_ALONE: ReadonlySet<string> = new Set(RELAYED_PATHS.map((path) => path.replace(/\/\*$/, "")));
const RELAYED_BELOW: readonly string[] = RELAYED_PATHS.filter((path) => path.endsWith("/*")).map((path) =>
  path.slice(0, -1),
);

/**
 * One part of a path in its one spelling. Anything that an upstream or a proxy before it might read as another path is
 * not in it: escapes of plain characters, dots alone, blanks, semicolons, backslashes, `%2f`, `%00`.
 */
const SEGMENT = /^(?!\.{1,2}$)(?:[\w.~:@+,=-]|%(?:3A|40|5B|5D))+$/;

/**
 * Finds the place of a path, without its query. What is served is listed, and served under the one spelling in the list:
 * a path that only turns into `/v1/messages` further on would pass routing, counting and the log.
 */
export function findPlace(path: string): Place {
  if (path === MESSAGES) return "messages";
  if (path === COUNT_TOKENS) return "count_tokens";
  if (OWN_PATHS.has(path)) return "own";
  return isRelayed(path) ? "relay" : "nowhere";
}

function isRelayed(path: string): boolean {
  if (RELAYED_ALONE.has(path)) return true;
  if (!RELAYED_BELOW.some((base) => path.startsWith(base))) return false;
  return path
    .slice(1)
    .split("/")
    .every((segment) => SEGMENT.test(segment));
}

const SERVED =
  "ccp serves the Anthropic API (POST /v1/messages, POST /v1/messages/count_tokens, GET /v1/models, …) and its own routes, which GET /openapi.json lists";

/** Families of paths that clients of other APIs ask for, and what those are called. */
const OTHER_APIS: readonly [pattern: RegExp, name: string][] = [
  [
    /^(?:\/openai)?\/v1\/(?:chat|responses|completions|embeddings|images|audio|moderations|assistants|threads|realtime|batches|fine_tuning|vector_stores|uploads|conversations|videos)(?:\/|$)/,
    "OpenAI",
  ],
  [/^\/(?:chat\/completions|responses|embeddings|completions)$/, "OpenAI"],
  [/^\/v1(?:alpha|beta)\d*(?:\/|$)|^\/upload\/v1beta/, "Gemini"],
  [/^\/api\/(?:chat|generate|tags|embed|embeddings|show|ps|pull|version)$/, "Ollama"],
];

/** Why a path that leads nowhere is not served, in words for whoever set up the client. Nothing of the path is repeated. */
export function wordNowhere(path: string): string {
  const folded = fold(path);
  const api = OTHER_APIS.find(([pattern]) => pattern.test(folded));
  if (api !== undefined) return `this is a path of the ${api[1]} API, which is not served; ${SERVED}`;
  if (folded.startsWith("/v1/v1/")) {
    return "the path begins with /v1 twice: leave /v1 out of ANTHROPIC_BASE_URL or the client's base URL";
  }
  if (findPlace(`/v1${folded}`) !== "nowhere") {
    return "the path lacks /v1: this client's base URL has to end in /v1";
  }
  if (folded !== path && findPlace(folded) !== "nowhere") {
    return `${findPlace(folded) === "relay" ? "this path" : folded} is served only as it is written here: no escapes, doubled or trailing slashes, dots, blanks or capitals`;
  }
  return `there is no such route; ${SERVED}`;
}

/** The plain path that a lenient reader would make of this one. Only for words: nothing is routed by it. */
function fold(path: string): string {
  const plain = unescapeAll(path)
    .replace(/\\/g, "/")
    .replace(/[#;\0][^/]*/g, "")
    .toLowerCase();
  const parts: string[] = [];
  for (const part of plain.split("/").map((each) => each.trim())) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Escapes may be escaped again. */
function unescapeAll(path: string): string {
  let plain = path;
  for (let depth = 0; depth < 3 && plain.includes("%"); depth += 1) {
    plain = plain.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
  return plain;
}
