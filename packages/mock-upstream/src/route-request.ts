import { anthropicError, errorType } from "./envelope.ts";
import { estimateTokens } from "./message.ts";
import type { MockSettings } from "./options.ts";
import type { Plan } from "./plan.ts";
import { oauthUsage, zaiQuotaLimit } from "./quota-endpoints.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { type Step, status } from "./step.ts";

/** An error in the dialect's plain form, without a vendor code. */
export function errorStep(code: number, message: string, requestId: string): Step {
  return status(code, anthropicError(errorType(code), message, requestId));
}

/** Path of a request target without its query, and without the mock's prefix where it has it. */
export function apiPath(target: string, prefix: string): { path: string; outside: boolean } {
  const path = target.split("?", 1)[0] ?? "";
  const outside = !path.startsWith(prefix);
  return { path: outside ? path : path.slice(prefix.length), outside };
}

function modelList(models: readonly string[]): Record<string, unknown> {
  return {
    data: models.map((id) => ({
      id,
      type: "model",
      display_name: id,
      created_at: "2026-06-01T00:00:00Z",
    })),
    has_more: false,
    first_id: models[0] ?? null,
    last_id: models.at(-1) ?? null,
  };
}

function unknownPath(settings: MockSettings, requestId: string): Step {
  // Z.AI answers a wrong path with a 200 and an error code in the body.
  if (settings.dialect === "zai") return status(200, { code: 500, msg: "404 NOT_FOUND", success: false });
  return errorStep(404, "Not found", requestId);
}

/** Where a plan tells its numbers: Anthropic beside the API, Z.AI at the root of the host. */
function quotaAnswer(request: RecordedRequest, plan: Plan): Step | null {
  if (request.method !== "GET") return null;
  if (request.path === "/api/oauth/usage") return status(200, oauthUsage(plan.usage()));
  if (request.path === "/api/monitor/usage/quota/limit") return status(200, zaiQuotaLimit(plan.usage()));
  return null;
}

/** Answers for everything but `POST /v1/messages`: `null` means that the request is one. */
export function routeRequest(
  request: RecordedRequest,
  settings: MockSettings,
  plan: Plan | null,
  requestId: string,
): Step | null {
  const { method, path } = request;
  const quota = plan === null ? null : quotaAnswer(request, plan);
  if (quota !== null) return quota;
  if (request.outside) return unknownPath(settings, requestId);
  if (method === "POST" && path === "/v1/messages") return null;
  if (method === "POST" && path === "/v1/messages/count_tokens" && settings.countTokens) {
    return status(200, { input_tokens: estimateTokens(request.body.length) });
  }
  const read = method === "GET" || method === "HEAD";
  if (read && path === "/v1/models") return status(200, modelList(settings.models));
  if (read && (path === "" || path === "/" || path === "/api/hello")) return status(200, { ok: true });
  return unknownPath(settings, requestId);
}
