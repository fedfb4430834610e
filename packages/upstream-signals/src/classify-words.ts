import { findStamp } from "./http-date.ts";
import type { Refusal, Verdict } from "./refusal.ts";
import { findWait } from "./text/find-wait.ts";
import { asAmount, asObject } from "./text/values.ts";
import { windowInWords } from "./window-name.ts";

/** A field that is wrong, and what follows may be the client's own words. */
const NAMES_A_FIELD = /^[`'"]?(?:messages|system|tools|tool_choice|thinking|metadata|input)\b[`'"]?[.[:]/i;

/** Statuses that say all there is to say, or that are about this one request. */
const PLAIN_STATUS: ReadonlySet<number> = new Set([401, 404, 405, 409, 413, 415, 422, 529]);

/** Anthropic's "credit balance is too low" and "out of extra usage" (earendil-works/pi#2943), "Third-party apps now draw from
 *  your extra usage" (anthropics/claude-code#45035), DeepSeek's and OpenRouter's 402, GLM's and Moonshot's in Chinese. */
const NO_MONEY: readonly RegExp[] = [
  /credit balance is too low/i,
  /\bout of (?:extra usage|usage credits|credits)\b/i,
  /\bdraw from your extra usage\b/i,
  /\binsufficient (?:account )?(?:balance|credits?|funds|quota)\b/i,
  /\bexceeded your current quota\b/i,
  /余额不足|欠费|无可用资源包/,
];

/** "The long context beta is not yet available for this subscription" (anthropics/claude-code#23822, once spelled
 *  "subbscription"), "Extra usage is required for 1M context" (#51745), "Usage credits are required …" (#61808). */
const NOT_IN_PLAN: readonly RegExp[] = [
  /\blong context beta is not (?:yet )?available\b/i,
  /\b(?:extra usage|usage credits)\b.{0,40}\brequired for\b/is,
];

/** Caps of a day that a vendor counts for each model: OpenRouter's free models, Bedrock, older Anthropic keys. */
const DAY_OF_MODEL =
  /free-models-per-day|too many tokens per day|\byour daily (?:rate|token|request) limit\b/i;

const SPENT: readonly RegExp[] = [
  /\busage limits? (?:has been |have been )?(?:reached|exceeded)\b/i,
  /^you(?: \([^)]*\))?(?:['’]ve| have)? (?:hit|reached|exceeded) your\b.{0,80}\blimits?\b/is,
  /^(?:\d+-hour|weekly|daily|monthly|session) (?:usage )?limit reached\b/i,
  /已(?:达到|用尽|用完).{0,24}(?:上限|限额|额度)|(?:用量|额度|配额)已?(?:达到?上限|用尽|用完|耗尽)/,
];

/**
 * What common words of limits say, where status, type and code left it open: plans are resold under many names, and their
 * sentences travel with them. `null`: no such words.
 */
export function classifyWords(refusal: Refusal): Verdict | null {
  const { status, body } = refusal;
  const message = (body.message ?? "").trim();
  if (message === "" || body.form === "html" || PLAIN_STATUS.has(status)) return null;
  if (NAMES_A_FIELD.test(message)) return null;
  const says = (words: readonly RegExp[]): boolean => words.some((pattern) => pattern.test(message));
  if (says(NOT_IN_PLAN)) return { kind: "entitlement", scope: "model", source: "body" };
  if (says(NO_MONEY)) return { kind: "dead_lane", scope: "account", source: "body" };
  if (DAY_OF_MODEL.test(message)) {
    return {
      kind: "quota",
      scope: "model",
      source: "body",
      window: "day",
      resetAtMs: resetOf(refusal, message),
    };
  }
  if (!says(SPENT)) return null;
  const window = windowInWords(message);
  return { kind: "quota", scope: "account", source: "body", window, resetAtMs: resetOf(refusal, message) };
}

/** A time in the text ("…|1760000000", a stamp with its zone, "in 2h 5m"), or in headers that the body quotes. */
function resetOf({ body, nowMs }: Refusal, message: string): number | null {
  const epoch = /\|\s*(\d{10})(\d{3})?\b/.exec(message);
  if (epoch !== null) return Number(epoch[1]) * 1000;
  const stamp = findStamp(message, null);
  if (stamp !== null) return stamp;
  const quoted = asObject(asObject(body.error?.metadata)?.headers)?.["X-RateLimit-Reset"];
  const quotedMs = asAmount(typeof quoted === "number" ? String(quoted) : quoted);
  if (quotedMs !== null && quotedMs > nowMs) return quotedMs;
  const waitMs = findWait(message);
  return waitMs === null ? null : nowMs + waitMs;
}
