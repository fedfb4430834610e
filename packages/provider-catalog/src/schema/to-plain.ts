import type { SourceNode } from "../source/source-node.ts";
import { childSchema, unwrap } from "./schema-shape.ts";

/** Neither a mapping nor a list, and not "absent" either, so every schema of a mapping refuses it. */
const MISPLACED = false;

/**
 * The plain value that a schema checks. A list where a mapping belongs becomes a value that no mapping schema
 * takes: to valibot a list is an object too, with the keys 0, 1, 2.
 */
export function toPlain(schema: unknown, node: SourceNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return wantsMapping(schema)
        ? MISPLACED
        : node.items.map((item, index) => toPlain(childSchema(schema, index), item));
    case "map":
      return Object.fromEntries(
        [...node.entries].map(([key, entry]) => [key, toPlain(childSchema(schema, key), entry.node)]),
      );
    default:
      return node satisfies never;
  }
}

function wantsMapping(schema: unknown): boolean {
  const type = unwrap(schema)?.type;
  return type === "strict_object" || type === "record";
}
