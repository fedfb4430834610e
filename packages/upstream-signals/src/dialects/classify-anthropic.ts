import type { HeaderReader, WindowReading } from "@ccp/usage-contract";
import { findStamp } from "../http-date.ts";
import type { Refusal, Verdict } from "../refusal.ts";
import { asObject } from "../text/values.ts";
import { readReset, readUnifiedWindows, UNIFIED_PREFIX } from "../unified-windows.ts";

/** `-representative-claim` → window. Two of them have no headers of their own. */
const CLAIM_WINDOWS: ReadonlyMap<string, string> = new Map([
  ["five_hour", "5h"],
  ["seven_day", "7d"],
  ["seven_day_opus", "7d_opus"],
  ["seven_day_sonnet", "7d_sonnet"],
  ["seven_day_overage_included", "7d_oi"],
]);
const BUCKETS = ["requests", "tokens", "input-tokens", "output-tokens"];

const FAST_MODE = /\bfast mode\b/i;
const NOT_IN_PLAN = /(?:extra usage|usage credits)\b.*\brequired/is;
const OWN_SPEND_LIMIT = /reached your specified .*usage limits/i;

/**
 * Anthropic's refusals. A subscription's windows stand in headers, and only a window's own `rejected` (or the
 * aggregate's) is a spent window; `overage-status: rejected` also comes with good answers. A 429 without any of
 * them is about this one request.
 */
export function classifyAnthropic(refusal: Refusal): Verdict | null {
  const money = classifyMoney(refusal);
  if (money !== null) return money;
  if (refusal.status !== 429) return null;
  const windows = readUnifiedWindows(refusal.headers);
  return (
    spentWindow(windows, "account") ??
    classifyEntitlement(refusal) ??
    spentWindow(windows, "model") ??
    classifyAggregate(refusal.headers, windows) ??
    classifyBuckets(refusal)
  );
}

/** A spend cap comes as 429 with a detail code, or as 400 when the operator set it; its end stands in the text. */
function classifyMoney({ status, body }: Refusal): Verdict | null {
  const message = body.message ?? "";
  const enforced = asObject(body.error?.details)?.error_code === "enforced_spend_limit_reached";
  if (enforced || (status === 400 && OWN_SPEND_LIMIT.test(message))) {
    const resetAtMs = findStamp(message, null);
    const code = enforced ? { code: "enforced_spend_limit_reached" } : {};
    return { kind: "quota", scope: "account", source: "body", window: "month", resetAtMs, ...code };
  }
  return null;
}

/** Among several spent windows the one that opens last binds. */
function spentWindow(windows: readonly WindowReading[], scope: WindowReading["scope"]): Verdict | null {
  let last: WindowReading | null = null;
  for (const window of windows) {
    if (window.status !== "rejected" || window.scope !== scope) continue;
    if (last === null || (window.resetAtMs ?? 0) > (last.resetAtMs ?? 0)) last = window;
  }
  if (last === null) return null;
  return { kind: "quota", scope, source: "header", window: last.name, resetAtMs: last.resetAtMs };
}

/** Long context and fast mode need credits that the plan does not include: no window, and no waiting, helps. */
function classifyEntitlement({ body }: Refusal): Verdict | null {
  const message = body.message ?? "";
  if (FAST_MODE.test(message)) return { kind: "entitlement", scope: "request", source: "body" };
  if (!NOT_IN_PLAN.test(message)) return null;
  return { kind: "entitlement", scope: "model", source: "body" };
}

/** Only the aggregate says `rejected`: the claim names the window. */
function classifyAggregate(headers: HeaderReader, windows: readonly WindowReading[]): Verdict | null {
  if (headers.get(`${UNIFIED_PREFIX}status`) !== "rejected") return null;
  const claim = headers.get(`${UNIFIED_PREFIX}representative-claim`);
  const planOpen = windows.some(({ scope, status }) => scope === "account" && status?.startsWith("allowed"));
  if (claim === "overage" && planOpen) return { kind: "entitlement", scope: "model", source: "header" };
  const window = CLAIM_WINDOWS.get(claim ?? "") ?? null;
  // An unknown claim while the account's windows are open must not bench the whole account.
  const ofModel = window === null ? planOpen : window.includes("_");
  const resetAtMs = readReset(headers.get(`${UNIFIED_PREFIX}reset`));
  return { kind: "quota", scope: ofModel ? "model" : "account", source: "header", window, resetAtMs };
}

/** Buckets of an API key hold for the account and the model's class, and refill within a minute or so. */
function classifyBuckets({ headers, retryAfterMs }: Refusal): Verdict | null {
  const of = (bucket: string, part: string): string | null =>
    headers.get(`anthropic-ratelimit-${bucket}-${part}`);
  if (!BUCKETS.some((bucket) => of(bucket, "reset") !== null)) return null;
  const empty = BUCKETS.filter((bucket) => Number(of(bucket, "remaining") ?? 1) <= 0);
  const resets = empty.map((bucket) => findStamp(of(bucket, "reset") ?? "", null) ?? 0);
  const latest = Math.max(0, ...resets);
  const resetAtMs = retryAfterMs === null && latest > 0 ? latest : null;
  return { kind: "throttle", scope: "model", source: "header", resetAtMs };
}
