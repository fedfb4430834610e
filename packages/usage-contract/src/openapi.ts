import { ENDPOINTS } from "./endpoints.ts";
import { openApiOperation } from "./openapi-operation.ts";
import { WIRE_SCHEMAS, type WireName } from "./wire/wire-schemas.ts";
import { wireJsonSchema } from "./wire-json-schema.ts";

/**
 * The OpenAPI 3.1 description of the gateway's own routes. Relayed paths with a wildcard are not part of it:
 * OpenAPI cannot express them.
 */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of ENDPOINTS) {
    if (endpoint.method === "ANY") continue;
    const operations = paths[endpoint.path] ?? {};
    operations[endpoint.method.toLowerCase()] = openApiOperation(endpoint);
    paths[endpoint.path] = operations;
  }
  const names = Object.keys(WIRE_SCHEMAS) as WireName[];
  return {
    openapi: "3.1.0",
    info: {
      title: "ccp",
      version,
      description: "Quota-aware gateway for coding agents",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      schemas: Object.fromEntries(names.map((name) => [name, wireJsonSchema(name)])),
      securitySchemes: {
        admin: { type: "http", scheme: "bearer", description: "Wanted where CCP_ADMIN_TOKEN is set" },
        client: {
          type: "apiKey",
          in: "header",
          name: "x-ccp-token",
          description: "Wanted where CCP_CLIENT_TOKEN is set; the client's own credential goes beside it",
        },
      },
    },
  };
}
