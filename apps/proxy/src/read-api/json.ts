import { type ConfigIssue, parseBody } from "@ccp/usage-contract";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { GenericSchema, InferOutput } from "valibot";
import { isPlain } from "../exchange/decoders.ts";
import { errorBody, type OwnError } from "../http/answer.ts";
import { type BodyBudget, readBody } from "../http/read-body.ts";

/** Bodies of the read API are small; a larger one is a mistake or an attack. */
export const MAX_JSON_BYTES: number = 64 * 1024;

export type ReadJson<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: OwnError };

/** Reads and checks a request's JSON body, under the cap and as part of the budget of all bodies. `any`: whatever it says that it is. */
export async function readJson<S extends GenericSchema>(
  c: Context,
  schema: S,
  budget: BodyBudget,
  contentType: "json" | "any" = "json",
): Promise<ReadJson<InferOutput<S>>> {
  if (contentType === "json" && !/^application\/json\b/i.test(c.req.header("content-type") ?? "")) {
    return { kind: "error", error: badRequest(415, "content-type must be application/json") };
  }
  if (!isPlain(c.req.header("content-encoding") ?? "")) {
    return { kind: "error", error: badRequest(415, "this route takes no content-encoding") };
  }
  const { incoming } = c.env as HttpBindings;
  // Read here and not through the web request, which would take in whatever comes.
  const body = await readBody(incoming, MAX_JSON_BYTES, budget);
  switch (body.kind) {
    case "gone":
      return { kind: "error", error: badRequest(400, "the body ended early") };
    case "refused":
      return { kind: "error", error: body.error.status === 413 ? TOO_LARGE : body.error };
    case "read":
      budget.heldBytes -= body.bytes;
      return checkValue(schema, parseJson(new TextDecoder().decode(Buffer.concat(body.chunks))));
    default:
      body satisfies never;
      throw new Error("unreachable");
  }
}

/** The rest of the body is read and thrown away for a while, so that a client that goes on sending sees its answer. */
const TOO_LARGE: OwnError = badRequest(413, `the body is larger than ${MAX_JSON_BYTES / 1024} kB`);

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
