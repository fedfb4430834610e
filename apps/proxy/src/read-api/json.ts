import { type ConfigIssue, parseBody } from "@ccp/usage-contract";
import type { Context } from "hono";
import type { GenericSchema, InferOutput } from "valibot";
import { errorBody, type OwnError } from "../http/answer.ts";

/** Bodies of the read API are small; a larger one is a mistake or an attack. */
export const MAX_JSON_BYTES: number = 64 * 1024;

export type ReadJson<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: OwnError };

/** Reads and checks a request's JSON body. `any`: whatever it says that it is. */
export async function readJson<S extends GenericSchema>(
  c: Context,
  schema: S,
  contentType: "json" | "any" = "json",
): Promise<ReadJson<InferOutput<S>>> {
  if (contentType === "json" && !/^application\/json\b/i.test(c.req.header("content-type") ?? "")) {
    return { kind: "error", error: badRequest(415, "content-type must be application/json") };
  }
  if (Number(c.req.header("content-length") ?? 0) > MAX_JSON_BYTES) {
    return { kind: "error", error: badRequest(413, "the body is larger than 64 kB") };
  }
  const text = await c.req.text();
  if (text.length > MAX_JSON_BYTES)
    return { kind: "error", error: badRequest(413, "the body is larger than 64 kB") };
  return checkValue(schema, parseJson(text));
}

/** Checks query parameters; each of them must be known and stand once. */
export function readQuery<S extends GenericSchema>(c: Context, schema: S): ReadJson<InferOutput<S>> {
  const query: Record<string, string> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1)
      return { kind: "error", error: badRequest(400, `query parameter ${name} stands twice`) };
    query[name] = values[0] ?? "";
  }
  const checked = checkValue(schema, query);
  return checked.kind === "value" ? checked : { kind: "error", error: { ...checked.error, status: 400 } };
}

function checkValue<S extends GenericSchema>(schema: S, value: unknown): ReadJson<InferOutput<S>> {
  if (value === undefined) return { kind: "error", error: badRequest(400, "the body is not valid JSON") };
  const parsed = parseBody(schema, value);
  if (parsed.success) return { kind: "value", value: parsed.output };
  return { kind: "error", error: invalid(parsed.issues) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function invalid(issues: readonly ConfigIssue[]): OwnError {
  const first = issues[0];
  const where = first?.path ? `${first.path}: ` : "";
  return {
    status: 422,
    type: "invalid_request_error",
    message: first === undefined ? "the request is not valid" : `${where}${first.message}`,
    issues,
  };
}

export function badRequest(status: number, message: string): OwnError {
  return { status, type: "invalid_request_error", message };
}

/** One of the gateway's own errors as a Hono answer. */
export function errorAnswer(error: OwnError, requestId: string): Response {
  return new Response(JSON.stringify(errorBody(error, requestId)), {
    status: error.status,
    headers: { "content-type": "application/json", "x-ccp-request-id": requestId, ...error.headers },
  });
}
