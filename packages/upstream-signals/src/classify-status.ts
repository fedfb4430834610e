import type { ErrorBody } from "./error-body.ts";
import type { Refusal, Verdict } from "./refusal.ts";

/** The statuses that go with the error types of the Messages protocol. */
const TYPE_STATUS: ReadonlyMap<string, number> = new Map([
  ["invalid_request_error", 400],
  ["authentication_error", 401],
  ["billing_error", 402],
  ["permission_error", 403],
  ["not_found_error", 404],
  ["conflict_error", 409],
  ["request_too_large", 413],
  ["rate_limit_error", 429],
  ["rate_limit_exceeded", 429],
  ["rate_limit_reached_error", 429],
  ["ThrottlingException", 429],
  ["RESOURCE_EXHAUSTED", 429],
  ["access_terminated_error", 403],
  ["bad_request_error", 400],
  ["insufficient_quota", 429],
  ["api_error", 500],
  ["timeout_error", 504],
  ["overloaded_error", 529],
  ["engine_overloaded_error", 529],
]);

/** OpenAI's and Moonshot's words for an account without money. */
const NO_BALANCE: ReadonlySet<string> = new Set(["insufficient_quota", "exceeded_current_quota_error"]);

/** The status that an error stands for when it came with HTTP 200: by its type, its numeric code, else 500. */
export function impliedStatus(body: ErrorBody): number {
  const byType = TYPE_STATUS.get(body.type ?? "") ?? TYPE_STATUS.get(body.code ?? "");
  if (byType !== undefined) return byType;
  const code = Number(body.code);
  return Number.isInteger(code) && code >= 400 && code <= 599 ? code : 500;
}

/** What status and the common error forms say; for everything that a dialect has no words of its own for. */
export function classifyStatus(refusal: Refusal): Verdict {
  const { status, body } = refusal;
  const source = "status";
  if (isOverload(status, body)) return { kind: "overload", scope: "account", source };
  if (NO_BALANCE.has(body.type ?? "") || NO_BALANCE.has(body.code ?? "")) {
    return { kind: "dead_lane", scope: "account", source: "body" };
  }
  if (status === 401) return { kind: "auth", scope: "account", source };
  if (status === 413) return { kind: "request", scope: "request", source };
  if (status === 429) return { kind: "throttle", scope: "request", source };
  // A web page is some proxy speaking, not the vendor: it says nothing about the key, the plan or the request.
  if (body.form === "html") return { kind: "server_error", scope: "request", source: "body" };
  if (status === 403) return { kind: "auth", scope: "account", source };
  if (status === 402) return { kind: "dead_lane", scope: "account", source };
  const ownFault = status >= 400 && status < 500 && status !== 408 && status !== 425;
  return { kind: ownFault ? "request" : "server_error", scope: "request", source };
}

function isOverload(status: number, body: ErrorBody): boolean {
  if (status === 529 || body.type === "overloaded_error") return true;
  return status === 503 && /overload/i.test(body.message ?? "");
}
