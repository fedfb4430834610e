import { parseDuration } from "@ccp/usage-contract";

/** The longest that a decision waits for the store, unless the URL says otherwise. */
const DEFAULT_CAP_MS = 50;
const LONGEST_CAP_MS = 5_000;

export interface SharedSettings {
  /** Without our own parameters. Holds the credential: never shown. */
  readonly url: string;
  readonly plan: string;
  readonly capMs: number;
}

export type ParsedShared =
  | { readonly success: true; readonly settings: SharedSettings }
  /** Names what is wrong and holds no part of the URL's credential. */
  | { readonly success: false; readonly reason: string };

/**
 * Reads `CCP_REDIS_URL`: the store's address, and as parameters `plan` (which gateways count together) and `timeout` (how
 * long a decision may wait).
 *
 * @example
 * parseShared("redis://cache:6379/0?plan=team-a&timeout=80ms");
 * // => { success: true, settings: { url: "redis://cache:6379/0", plan: "team-a", capMs: 80 } }
 */
export function parseShared(text: string): ParsedShared {
  const url = URL.parse(text);
  if (url === null || url.hostname === "") return wrong("is no URL such as redis://host:6379");
  for (const name of url.searchParams.keys()) {
    if (name !== "plan" && name !== "timeout")
      return wrong(`has a parameter ${JSON.stringify(name.slice(0, 40))}: there are plan and timeout`);
  }
  const plan = url.searchParams.get("plan") ?? "default";
  if (!/^[\w.-]{1,64}$/.test(plan))
    return wrong("has a plan with other signs than letters, digits, - _ and .");
  const timeout = url.searchParams.get("timeout");
  const capMs = timeout === null ? DEFAULT_CAP_MS : parseDuration(timeout);
  if (capMs === null || capMs < 1 || capMs > LONGEST_CAP_MS)
    return wrong("has a timeout that is not 1ms to 5s");
  url.search = "";
  return { success: true, settings: { url: url.href, plan, capMs } };
}

function wrong(what: string): ParsedShared {
  return { success: false, reason: `CCP_REDIS_URL ${what}` };
}
