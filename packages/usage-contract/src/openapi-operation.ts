import { errorStatuses, STATUS_WORDS } from "./endpoint-statuses.ts";
import type { AnswerType, Endpoint } from "./endpoints.ts";
import type { WireName } from "./wire/wire-schemas.ts";
import { wireJsonSchema } from "./wire-json-schema.ts";

/** Media types of an answer, with what they hold where that can be said. */
const MEDIA_TYPES: Readonly<Record<AnswerType, Readonly<Record<string, object>>>> = {
  json: { "application/json": { schema: { type: "object" } } },
  text: { "text/plain": { schema: { type: "string" } } },
  sse: { "text/event-stream": { schema: { type: "string" } } },
  html: { "text/html": { schema: { type: "string" } } },
  none: {},
  upstream: {
    "application/json": { schema: { type: "object" } },
    "text/event-stream": { schema: { type: "string" } },
  },
};

const ROUTED_HEADERS = {
  "x-ccp-request-id": header("Names the request in the log and in the errors"),
  "x-ccp-lane": header("The lane that answered"),
};

/** One route as an OpenAPI operation. */
export function openApiOperation(endpoint: Endpoint): Record<string, unknown> {
  const { method, summary, mutating, query, answers } = endpoint;
  return {
    operationId: operationId(endpoint),
    summary,
    ...security(mutating, answers === "upstream"),
    ...(query === undefined ? {} : { parameters: parameters(query) }),
    ...requestBody(endpoint),
    responses: {
      [endpoint.status]: {
        description: summary,
        ...(answers === "upstream" ? { headers: { ...ROUTED_HEADERS, ...decisionHeader(endpoint) } } : {}),
        ...(method === "HEAD" ? {} : successContent(endpoint)),
      },
      ...Object.fromEntries((endpoint.sameShape ?? []).map((status) => [status, sameShape(endpoint)])),
      ...Object.fromEntries(errorStatuses(endpoint).map((status) => [status, failure(status, method)])),
      default: answers === "upstream" ? UPSTREAM_ERROR : failure(null, method),
    },
  };
}

const UPSTREAM_ERROR = { description: "What the lane answered, passed on with its status, headers and body" };

/** `GET /v1/usage/samples` → `getV1UsageSamples`: generated clients name their functions by it. */
function operationId({ method, path }: Endpoint): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return `${method.toLowerCase()}${name === "" ? "Root" : name}`;
}

/** Each token is wanted only where the gateway has been given one. */
function security(mutating: boolean, routed: boolean): object {
  if (mutating) return { security: [{ admin: [] }, {}] };
  return routed ? { security: [{ client: [] }, {}] } : {};
}

function requestBody({ request, anyType = false, answers, method }: Endpoint): object {
  if (request !== undefined) {
    const { content } = json(request);
    const other = anyType ? { "*/*": content["application/json"] } : {};
    return { requestBody: { required: true, content: { ...content, ...other } } };
  }
  if (answers !== "upstream" || method !== "POST") return {};
  const content = { "application/json": { schema: { type: "object", required: ["model"] } } };
  return { requestBody: { required: true, description: "As the Anthropic API takes it", content } };
}

function successContent(endpoint: Endpoint): object {
  if (endpoint.response !== undefined) return json(endpoint.response);
  if (endpoint.answers === "none") return {};
  return { content: { ...MEDIA_TYPES[endpoint.answers], ...endpoint.alsoAs } };
}

function sameShape(endpoint: Endpoint): object {
  return { description: `${endpoint.summary}; not ready`, ...successContent(endpoint) };
}

/** @param status `null`: any other. */
function failure(status: number | null, method: Endpoint["method"]): object {
  const description = (status === null ? null : STATUS_WORDS[status]) ?? "Any other failure of the gateway";
  return {
    description,
    ...(status === 429 || status === 503 ? { headers: { "retry-after": header("Seconds to wait") } } : {}),
    ...(method === "HEAD" ? {} : json("ErrorBody")),
  };
}

/** A count of tokens is no decision. */
function decisionHeader({ path }: Endpoint): object {
  return path.endsWith("/count_tokens") ? {} : { "x-ccp-decision": header("The rule that chose it") };
}

function header(description: string): object {
  return { description, schema: { type: "string" } };
}

function json(name: WireName): { content: { "application/json": object } } {
  return { content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } } };
}

function parameters(name: WireName): object[] {
  const { properties = {}, required = [] } = wireJsonSchema(name);
  return Object.entries(properties).map(([key, schema]) => ({
    name: key,
    in: "query",
    required: required.includes(key),
    schema,
  }));
}
