import { ENDPOINTS, type Endpoint } from "./endpoints.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { fieldNote } from "./wire/glossary.ts";
import { WIRE_SCHEMAS, type WireName, wireName } from "./wire/wire-schemas.ts";

/** One wire object as JSON Schema; named objects inside it become `${refPrefix}${name}`. */
export function wireJsonSchema(name: WireName, refPrefix = "#/components/schemas/"): JsonSchema {
  return jsonSchemaOf(WIRE_SCHEMAS[name], {
    refOf: (schema) => {
      const known = wireName(schema);
      return known === null ? null : `${refPrefix}${known}`;
    },
    noteAt: (path) => fieldNote(name, path),
  });
}

/**
 * The OpenAPI 3.1 description of the gateway's own routes. Relayed paths with a wildcard are not part of it:
 * OpenAPI cannot express them.
 */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of ENDPOINTS) {
    if (endpoint.method === "ANY") continue;
    const operations = paths[endpoint.path] ?? {};
    operations[endpoint.method.toLowerCase()] = operation(endpoint);
    paths[endpoint.path] = operations;
  }
  const names = Object.keys(WIRE_SCHEMAS) as WireName[];
  return {
    openapi: "3.1.0",
    info: { title: "ccp", version, description: "Quota-aware gateway for coding agents" },
    paths,
    components: {
      schemas: Object.fromEntries(names.map((name) => [name, wireJsonSchema(name)])),
      securitySchemes: { admin: { type: "http", scheme: "bearer" } },
    },
  };
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  text: "text/plain",
  sse: "text/event-stream",
  html: "text/html",
};

function operation(endpoint: Endpoint): Record<string, unknown> {
  return {
    summary: endpoint.summary,
    ...(endpoint.mutating ? { security: [{ admin: [] }] } : {}),
    ...(endpoint.query === undefined ? {} : { parameters: parameters(endpoint.query) }),
    ...(endpoint.request === undefined ? {} : { requestBody: { required: true, ...json(endpoint.request) } }),
    responses: {
      [endpoint.status]: { description: endpoint.summary, ...content(endpoint) },
      default: { description: "Error", ...json("ErrorBody") },
    },
  };
}

function content(endpoint: Endpoint): Record<string, unknown> {
  if (endpoint.response !== undefined) return json(endpoint.response);
  const media = MEDIA_TYPES[endpoint.answers];
  return media === undefined ? {} : { content: { [media]: {} } };
}

function json(name: WireName): Record<string, unknown> {
  return { content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } } };
}

function parameters(name: WireName): Record<string, unknown>[] {
  return Object.entries(wireJsonSchema(name).properties ?? {}).map(([key, schema]) => ({
    name: key,
    in: "query",
    required: false,
    schema,
  }));
}
