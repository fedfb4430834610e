import type { LimitSignal } from "@ccp/usage-contract";
import { classifyStatus, impliedStatus } from "./classify-status.ts";
import { classifyWords } from "./classify-words.ts";
import { type Dialect, toDialect } from "./dialect.ts";
import { classifyAnthropic } from "./dialects/classify-anthropic.ts";
import { classifyKimi } from "./dialects/classify-kimi.ts";
import { classifyMinimax } from "./dialects/classify-minimax.ts";
import { classifyOpenrouter } from "./dialects/classify-openrouter.ts";
import { classifyZai } from "./dialects/classify-zai.ts";
import { asWord, type ErrorBody, readErrorBody } from "./error-body.ts";
import { type Refusal, readRetryAfter, toSignal, type Verdict } from "./refusal.ts";
import { asObject, asText } from "./text/values.ts";
import type { ListedHeaders } from "./unified-windows.ts";

/** One answer of an upstream, as far as it is known when the choice of lane still stands open. */
export interface UpstreamAnswer {
  /** A {@link Dialect}; any other word is judged as `generic`. */
  readonly dialect: string;
  readonly status: number;
  readonly headers: ListedHeaders;
  /** The body, decompressed and decoded, capped; `null` when it was not read, as for a served stream. */
  readonly body: string | null;
  /** Wall clock, epoch ms: turns `retry-after` into a time. */
  readonly nowMs: number;
}

const RULES: Readonly<Record<Dialect, ((refusal: Refusal) => Verdict | null) | null>> = {
  anthropic: classifyAnthropic,
  zai: classifyZai,
  kimi: classifyKimi,
  minimax: classifyMinimax,
  openrouter: classifyOpenrouter,
  deepseek: null,
  openai: null,
  generic: null,
};

/** Error bodies are small. A longer one with status 200 is an answer and is not searched for an error. */
const MAX_ERROR_CHARS = 65_536;
const ERROR_MARK = /"(?:error|success|base_resp|msg|code)"/;

const OK: LimitSignal = {
  kind: "ok",
  scope: "request",
  resetAtMs: null,
  retryAfterMs: null,
  source: "status",
  window: null,
  code: null,
  message: null,
};

/**
 * Says what an upstream's answer means: served, or why not, whom that binds and until when.
 *
 * A status of 200 with an error in the body is not `ok`; nor is an empty answer or a web page. Times are returned as
 * the upstream wrote them, however absurd: what a window can mean is for the router to clamp. Unreadable and
 * negative ones are `null`. For an overload `resetAtMs` is always `null`.
 *
 * @example
 * const body = '{"error":{"code":"1308","message":"Your limit will reset at 2026-10-05 12:12:52"}}';
 * classifyAnswer({ dialect: "zai", status: 429, headers: { get: () => null }, body, nowMs: 0 });
 * // => { kind: "quota", scope: "account", resetAtMs: 1791173572000, window: "5h", code: "1308", … }
 */
export function classifyAnswer(answer: UpstreamAnswer): LimitSignal {
  const { status, headers, nowMs } = answer;
  const http200 = status >= 200 && status < 300 && status !== 204 && status !== 205;
  if (http200 && isPlainlyServed(answer.body)) return OK;
  const body = readErrorBody(answer.body);
  if (http200 && isServed(body)) return OK;
  const inBody = http200 && body.form === "json";
  return classify(
    toDialect(answer.dialect),
    {
      status: inBody ? impliedStatus(body) : status,
      headers,
      body,
      retryAfterMs: readRetryAfter(headers, body, nowMs),
      nowMs,
    },
    inBody ? "body" : null,
  );
}

/**
 * Says what an error event of a stream means, whether it came first or after content. The status is implied by the
 * error's type; otherwise the same rules hold as for {@link classifyAnswer}.
 *
 * @param eventData The event's data, decoded as UTF-8.
 */
export function classifyStreamError(
  dialect: string,
  eventData: string,
  headers: ListedHeaders,
  nowMs: number,
): LimitSignal {
  const body = readErrorBody(eventData);
  const retryAfterMs = readRetryAfter(headers, body, nowMs);
  return classify(
    toDialect(dialect),
    { status: impliedStatus(body), headers, body, retryAfterMs, nowMs },
    "stream",
  );
}

function classify(dialect: Dialect, refusal: Refusal, source: "body" | "stream" | null): LimitSignal {
  const verdict = RULES[dialect]?.(refusal) ?? classifyWords(refusal) ?? classifyStatus(refusal);
  // Where HTTP said 200, it was not the status that told.
  const told =
    source === "stream" || verdict.source === "status" ? (source ?? verdict.source) : verdict.source;
  return toSignal(refusal, { ...verdict, source: told });
}

/** Whether a body with status 200 needs no parsing to be known as an answer. */
function isPlainlyServed(body: string | null): boolean {
  if (body === null || body.length > MAX_ERROR_CHARS) return true;
  return /^\s*[^<\s]/.test(body) && !ERROR_MARK.test(body);
}

function isServed({ form, root }: ErrorBody): boolean {
  if (form === "html" || form === "empty") return false;
  if (root === null) return true;
  if (root.type === "error" || root.success === false) return false;
  if (asObject(root.error) !== null || asText(root.error) !== null) return false;
  const code =
    asWord(asObject(root.base_resp)?.status_code) ??
    (asText(root.msg) === null && asText(root.message) === null ? null : asWord(root.code));
  return code === null || code === "0" || code === "200";
}
