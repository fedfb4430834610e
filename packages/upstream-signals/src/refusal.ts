import type { HeaderReader, LimitSignal } from "@ccp/usage-contract";
import type { ErrorBody } from "./error-body.ts";
import { parseRetryAfter } from "./parse-retry-after.ts";
import { plainText } from "./text/plain-text.ts";
import { asAmount } from "./text/values.ts";
import type { ListedHeaders } from "./unified-windows.ts";

/** An answer that is not served, as the dialects see it. */
export interface Refusal {
  /** The HTTP status, or the one that the body stands for when HTTP said 200. */
  readonly status: number;
  readonly headers: ListedHeaders;
  readonly body: ErrorBody;
  readonly retryAfterMs: number | null;
  readonly nowMs: number;
}

/** What a dialect makes of a refusal; the rest of the signal is the same for all. */
export interface Verdict {
  readonly kind: Exclude<LimitSignal["kind"], "ok">;
  readonly scope: LimitSignal["scope"];
  readonly source: LimitSignal["source"];
  /** Epoch ms. Left out: `retry-after` says it, where the kind has an end. */
  readonly resetAtMs?: number | null;
  readonly window?: string | null;
  /** Left out: the body's own code or type. */
  readonly code?: string | null;
}

/** `retry-after-ms`, else `retry-after`, else what the body says; in ms. */
export function readRetryAfter(headers: HeaderReader, body: ErrorBody, nowMs: number): number | null {
  const byMs = asAmount(headers.get("retry-after-ms"));
  return (
    byMs ?? parseRetryAfter(headers.get("retry-after"), nowMs) ?? parseRetryAfter(body.retryAfter, nowMs)
  );
}

/** Only a spent window and a throttle have an end worth waiting for; an overload must never inherit a window's. */
const ENDING: ReadonlySet<LimitSignal["kind"]> = new Set(["quota", "throttle"]);

export function toSignal(refusal: Refusal, verdict: Verdict): LimitSignal {
  const { body, retryAfterMs, nowMs } = refusal;
  const waited = retryAfterMs === null ? null : nowMs + retryAfterMs;
  return {
    kind: verdict.kind,
    scope: verdict.scope,
    resetAtMs: ENDING.has(verdict.kind) ? (verdict.resetAtMs ?? waited) : null,
    retryAfterMs,
    source: verdict.source,
    window: verdict.window ?? null,
    code: plainText(verdict.code === undefined ? (body.code ?? body.type) : verdict.code),
    message: plainText(body.message),
  };
}
