import type { MockDialect } from "./message.ts";

/** Error type that goes with a status in Anthropic's documentation. */
const TYPE_OF_STATUS: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  504: "timeout_error",
  529: "overloaded_error",
};

export function errorType(status: number): string {
  return TYPE_OF_STATUS[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
}

/** An error body as Anthropic writes it. */
export function anthropicError(type: string, message: string, requestId: string): Record<string, unknown> {
  return { type: "error", error: { type, message }, request_id: requestId };
}

/** An error body as Z.AI writes it: the code stands apart and again in front of the text. */
export function zaiError(
  type: string,
  code: string,
  text: string,
  requestId: string,
): Record<string, unknown> {
  return {
    type: "error",
    error: { type, code, message: `[${code}][${text}][${requestId}]` },
    request_id: requestId,
  };
}

/** Wall clock of UTC+8 as Z.AI prints it: `2026-10-05 12:12:52`. */
export function beijingClock(epochMs: number): string {
  return new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}

/** Request ids in each vendor's form. Z.AI's begin with the UTC+8 clock. */
export function requestId(dialect: MockDialect, lane: string, serial: number, nowMs: number): string {
  const number = String(serial).padStart(8, "0");
  if (dialect === "zai") return `${beijingClock(nowMs).replace(/[^0-9]/g, "")}${number}`;
  return `req_${lane.replace(/[^A-Za-z0-9]/g, "")}${number}`;
}
