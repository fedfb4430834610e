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
