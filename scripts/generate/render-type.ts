import type { JsonSchema } from "../../packages/usage-contract/src/index.ts";

/** One line of an object's table. */
export interface FieldRow {
  /** `windows[].used_pct`, `lanes.*`; a `?` behind it says that it may be absent. */
  readonly field: string;
  readonly type: string;
  readonly meaning: string;
}

/** The members of an object, those of unnamed objects inside it included, in the schema's order. */
export function listFields(schema: JsonSchema, prefix = ""): FieldRow[] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const path = prefix + key;
    const field = required.includes(key) ? path : `${path}?`;
    const row = { field, type: renderType(member), meaning: member.description ?? "" };
    return [row, ...innerFields(member, path)];
  });
}

/** Members of what a member holds: itself, an element of its list, a value of its map. */
function innerFields(member: JsonSchema, path: string): FieldRow[] {
  if (member.items !== undefined) return innerFields(member.items, `${path}[]`);
  if (typeof member.additionalProperties === "object")
    return innerFields(member.additionalProperties, `${path}.*`);
  const shape = [member, ...(member.anyOf ?? [])].find(({ properties }) => properties !== undefined);
  return shape === undefined ? [] : listFields(shape, `${path}.`);
}

/** A type in words: `number or null`, `"ok" \| "warn"`, `map of [LaneUsage](#laneusage)`. */
export function renderType(schema: JsonSchema): string {
  return [base(schema), ...limits(schema)].join(", ");
}

function base(schema: JsonSchema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" \\| ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(renderType).join(" or ");
  if (schema.items !== undefined) return `list of ${renderType(schema.items)}`;
  if (typeof schema.additionalProperties === "object")
    return `map of ${renderType(schema.additionalProperties)}`;
  if (schema.type === undefined) return "anything";
  return (Array.isArray(schema.type) ? schema.type : [schema.type]).join(" or ");
}

function limits(schema: JsonSchema): string[] {
  return [
    ...(schema.exclusiveMinimum === undefined ? [] : [`above ${schema.exclusiveMinimum}`]),
    ...(schema.minimum === undefined ? [] : [`from ${schema.minimum}`]),
    ...(schema.maximum === undefined ? [] : [`up to ${schema.maximum}`]),
    ...(schema.minItems === undefined ? [] : [`at least ${schema.minItems}`]),
    ...(schema.maxLength === undefined ? [] : [`at most ${schema.maxLength} characters`]),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
  ];
}
