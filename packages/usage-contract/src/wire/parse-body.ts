import * as v from "valibot";
import type { ConfigIssue } from "./error-body.ts";

export type ParsedBody<T> =
  | { readonly success: true; readonly output: T }
  | { readonly success: false; readonly issues: ConfigIssue[] };

/**
 * Checks a request body or a record of query parameters.
 *
 * @param schema One of this package's schemas.
 * @param value Anything: parsed JSON, or the parameters as strings.
 * @returns The output with defaults filled in, or every issue, in the order of the schema's keys. Never throws.
 * @example
 * parseBody(Mark429RequestSchema, { model: "" });
 * // => { success: false, issues: [{ path: "model", message: "expected text, got none" }] }
 */
export function parseBody<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
): ParsedBody<v.InferOutput<S>> {
  // The schemas of this package all describe objects, and the library takes a list for an empty one.
  if (Array.isArray(value))
    return { success: false, issues: [{ path: "", message: "expected Object, got Array" }] };
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return { success: true, output: result.output };
  return { success: false, issues: result.issues.map(toIssue) };
}

const MAX_SHOWN = 60;

function toIssue(issue: v.BaseIssue<unknown>): ConfigIssue {
  return { path: v.getDotPath(issue) ?? "", message: wordIssue(issue) };
}

/** A schema's own wording stands; the library's stock sentence ("Invalid type: …") is put in ours. */
function wordIssue(issue: v.BaseIssue<unknown>): string {
  if (!issue.message.startsWith("Invalid ")) return withReceived(issue.message, issue.received);
  if (issue.expected === "never") return "unknown key";
  if (issue.received === "undefined") return "required, but missing";
  return withReceived(`expected ${issue.expected ?? "something else"}`, issue.received);
}

function withReceived(message: string, received: string): string {
  if (message.includes(", got ")) return message;
  const shown = received.length > MAX_SHOWN ? `${received.slice(0, MAX_SHOWN)}…` : received;
  return `${message}, got ${shown}`;
}
