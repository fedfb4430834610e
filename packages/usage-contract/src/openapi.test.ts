import { describe, expect, it } from "vitest";
import { errorStatuses, STATUS_WORDS } from "./endpoint-statuses.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { openApiDocument } from "./openapi.ts";
import { WIRE_SCHEMAS } from "./wire/wire-schemas.ts";
import { wireJsonSchema } from "./wire-json-schema.ts";

const document = openApiDocument("1.2.3");
const text = JSON.stringify(document);

describe("openApiDocument", () => {
  it("names the version and leaves relayed wildcards out", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.info).toMatchObject({ version: "1.2.3" });
    expect(Object.keys(document.paths ?? {}).filter((path) => path.includes("*"))).toEqual([]);
  });

  it("refers only to objects it defines", () => {
    const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(refs).toContain("LaneWindow");
    expect(refs.filter((name) => name === undefined || !(name in WIRE_SCHEMAS))).toEqual([]);
  });

  it("describes a route with a body", () => {
    const error = {
      content: { "application/json": { schema: { $ref: "#/components/schemas/ErrorBody" } } },
    };
    expect(document).toHaveProperty(["paths", "/v1/decisions", "post"], {
      operationId: "postV1Decisions",
      summary: "Dry run: where a request would go and why; kept as a sample, routing does not change",
      security: [{ admin: [] }, {}],
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: "#/components/schemas/DecisionRequest" } } },
      },
      responses: {
        "202": {
          description: "Dry run: where a request would go and why; kept as a sample, routing does not change",
          content: { "application/json": { schema: { $ref: "#/components/schemas/DecisionSample" } } },
        },
        "400": { description: "The request cannot be read", ...error },
        "401": { description: "The admin token is missing or wrong", ...error },
        "403": {
          description: "Refused: a foreign host or page, a browser, or a missing client token",
          ...error,
        },
        "413": { description: "The body is too large", ...error },
        "415": { description: "Not JSON, or an encoding that is not known", ...error },
        "422": { description: "The body does not fit; `issues` says where", ...error },
        default: { description: "Any other failure of the gateway", ...error },
      },
    });
  });

  it("names each operation once, and has words for each status", () => {
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(ids).toContain("headRoot");
    expect(new Set(ids).size).toBe(ids.length);
    const statuses = ENDPOINTS.flatMap(errorStatuses);
    expect(statuses.filter((status) => STATUS_WORDS[status] === undefined)).toEqual([]);
  });

  it("describes a body that a status other than 200 comes with", () => {
    const view = { "application/json": { schema: { $ref: "#/components/schemas/Readyz" } } };
    expect(document).toHaveProperty(["paths", "/readyz", "get", "responses", "503", "content"], view);
  });

  it("describes a route with a query", () => {
    expect(document).toHaveProperty(
      ["paths", "/v1/decisions", "get", "parameters"],
      [
        {
          name: "limit",
          in: "query",
          required: false,
          schema: {
            type: "string",
            pattern: "^\\d{1,16}$",
            default: "200",
            description: "most entries to return",
          },
        },
      ],
    );
  });
});

describe("wireJsonSchema", () => {
  it("puts a note to every member and a reference to every named object", () => {
    const view = wireJsonSchema("UsageView", "#/$defs/");
    expect(view.description).toBe("Answer of `GET /v1/usage`.");
    expect(view.properties?.ts).toEqual({ type: "number", description: "Unix seconds" });
    expect(view.properties?.lanes).toEqual({
      type: "object",
      additionalProperties: { $ref: "#/$defs/LaneUsage" },
      description: "by lane id",
    });
  });
});
