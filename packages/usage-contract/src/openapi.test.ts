import { describe, expect, it } from "vitest";
import { openApiDocument, wireJsonSchema } from "./openapi.ts";
import { WIRE_SCHEMAS } from "./wire/wire-schemas.ts";

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
    expect(document).toHaveProperty(["paths", "/v1/decisions", "post"], {
      summary: "Dry run: where a request would go and why; kept as a sample, routing does not change",
      security: [{ admin: [] }],
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: "#/components/schemas/DecisionRequest" } } },
      },
      responses: {
        "202": {
          description: "Dry run: where a request would go and why; kept as a sample, routing does not change",
          content: { "application/json": { schema: { $ref: "#/components/schemas/DecisionSample" } } },
        },
        default: {
          description: "Error",
          content: { "application/json": { schema: { $ref: "#/components/schemas/ErrorBody" } } },
        },
      },
    });
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
