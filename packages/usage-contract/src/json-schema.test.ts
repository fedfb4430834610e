import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { jsonSchemaOf } from "./json-schema.ts";

describe("jsonSchemaOf", () => {
  it.each<[string, v.GenericSchema, unknown]>([
    [
      "text with bounds",
      v.pipe(v.string(), v.minLength(1), v.maxLength(9)),
      { type: "string", minLength: 1, maxLength: 9 },
    ],
    ["a whole number", v.pipe(v.number(), v.integer(), v.minValue(0)), { type: "integer", minimum: 0 }],
    ["an open lower bound", v.pipe(v.number(), v.gtValue(0)), { type: "number", exclusiveMinimum: 0 }],
    ["a pattern", v.pipe(v.string(), v.regex(/^a$/)), { type: "string", pattern: "^a$" }],
    ["a word out of a list", v.picklist(["a", "b"]), { type: "string", enum: ["a", "b"] }],
    ["one value", v.literal("error"), { const: "error" }],
    ["a number or null", v.nullable(v.number()), { type: ["number", "null"] }],
    [
      "a word or null",
      v.nullable(v.picklist(["a"])),
      { anyOf: [{ type: "string", enum: ["a"] }, { type: "null" }] },
    ],
    ["either", v.union([v.number(), v.string()]), { anyOf: [{ type: "number" }, { type: "string" }] }],
    ["anything", v.unknown(), {}],
    ["a default", v.optional(v.number(), 3), { type: "number", default: 3 }],
    [
      "what goes in, not what comes out",
      v.pipe(v.string(), v.transform(Number), v.number(), v.minValue(5)),
      { type: "string" },
    ],
    [
      "a list with a least length",
      v.pipe(v.array(v.boolean()), v.minLength(1)),
      { type: "array", items: { type: "boolean" }, minItems: 1 },
    ],
    ["a map", v.record(v.string(), v.number()), { type: "object", additionalProperties: { type: "number" } }],
    [
      "a closed object",
      v.strictObject({ a: v.number(), b: v.optional(v.number()), c: v.nullish(v.number()) }),
      {
        type: "object",
        properties: { a: { type: "number" }, b: { type: "number" }, c: { type: ["number", "null"] } },
        required: ["a"],
        additionalProperties: false,
      },
    ],
    ["an open object", v.looseObject({}), { type: "object", properties: {} }],
  ])("describes %s", (_, schema, expected) => expect(jsonSchemaOf(schema)).toEqual(expected));

  it("puts references and notes where it is told to", () => {
    const inner = v.object({ x: v.number() });
    const schema = v.object({ list: v.array(inner), map: v.record(v.string(), v.string()) });
    const described = jsonSchemaOf(schema, {
      refOf: (some) => (some === inner ? "#/inner" : null),
      noteAt: (path) => (path === "map.*" ? "one entry" : null),
    });
    expect(described).toEqual({
      type: "object",
      properties: {
        list: { type: "array", items: { $ref: "#/inner" } },
        map: { type: "object", additionalProperties: { type: "string", description: "one entry" } },
      },
      required: ["list", "map"],
    });
  });

  it("says so when it meets a schema it cannot describe", () => {
    expect(() => jsonSchemaOf(v.object({ when: v.date() }))).toThrow(
      new RangeError('no JSON Schema for a schema of type "date" at "when"'),
    );
  });
});
