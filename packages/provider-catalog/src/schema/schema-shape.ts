import * as v from "valibot";
import type { KeyPath } from "../source/source-node.ts";

/** The parts of a valibot schema that say which keys may stand where. */
interface Shape {
  readonly type: string;
  readonly wrapped?: unknown;
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly item?: unknown;
  readonly value?: unknown;
  readonly options?: readonly unknown[];
}

/** The schema without its `nullable`, `nullish` and `optional` wrappings. */
export function unwrap(schema: unknown): Shape | null {
  let shape = asShape(schema);
  while (shape?.wrapped !== undefined) shape = asShape(shape.wrapped);
  return shape;
}

/** The schema of one child, or `null` where no such child can stand. */
export function childSchema(schema: unknown, key: string | number): unknown {
  const shape = unwrap(schema);
  if (shape === null) return null;
  if (shape.entries !== undefined) return Object.hasOwn(shape.entries, key) ? shape.entries[key] : null;
  if (shape.type === "record") return shape.value;
  return shape.type === "array" ? shape.item : null;
}

export function schemaAt(schema: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((at, key) => (at === null ? null : childSchema(at, key)), schema);
}

/** The keys a mapping may have; empty where any may stand (records) or none can. */
export function knownKeys(schema: unknown): string[] {
  return Object.keys(unwrap(schema)?.entries ?? {});
}

/**
 * What the schema wants, as a noun phrase for `expected …`: the schema's own `expects` metadata, else its type.
 */
export function expectedWords(schema: unknown): string {
  const shape = unwrap(schema);
  if (shape === null) return "another value";
  const own = metadataOf(shape).expects;
  if (typeof own === "string") return own;
  switch (shape.type) {
    case "string":
      return "a text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    case "picklist":
      return `one of ${(shape.options ?? []).join(", ")}`;
    default:
      return "a mapping (key: value)";
  }
}

export function picklistOptions(schema: unknown): string[] {
  const shape = unwrap(schema);
  return shape?.type === "picklist" ? (shape.options ?? []).map(String) : [];
}

function metadataOf(shape: Shape): Record<string, unknown> {
  return isSchema(shape) ? v.getMetadata(shape) : {};
}

function isSchema(shape: unknown): shape is v.GenericSchema {
  return typeof shape === "object" && shape !== null && "~run" in shape;
}

function asShape(schema: unknown): Shape | null {
  return typeof schema === "object" && schema !== null && "type" in schema && typeof schema.type === "string"
    ? { ...schema, type: schema.type }
    : null;
}
