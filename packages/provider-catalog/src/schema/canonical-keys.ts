import type { ConfigIssue } from "@ccp/usage-contract";
import { issueAt } from "../issue/issue.ts";
import type { KeyPath, SourceEntry, SourceMap, SourceNode } from "../source/source-node.ts";
import { childSchema, knownKeys } from "./schema-shape.ts";

/**
 * Renames camelCase keys (`baseUrl`) to the snake_case that the schema knows. Keys that are the user's own (lane
 * names, patterns, profiles) stay as they are. A setting spelled both ways is an issue.
 */
export function canonicalKeys(schema: unknown, root: SourceMap, issues: ConfigIssue[]): SourceMap {
  return renameMap(schema, root, [], issues);
}

function rename(schema: unknown, node: SourceNode, path: KeyPath, issues: ConfigIssue[]): SourceNode {
  switch (node.kind) {
    case "scalar":
      return node;
    case "list":
      return {
        ...node,
        items: node.items.map((item, i) => rename(childSchema(schema, i), item, [...path, i], issues)),
      };
    case "map":
      return renameMap(schema, node, path, issues);
    default:
      return node satisfies never;
  }
}

function renameMap(schema: unknown, map: SourceMap, path: KeyPath, issues: ConfigIssue[]): SourceMap {
  const known = knownKeys(schema);
  const entries = new Map<string, SourceEntry>();
  for (const [written, { keyAt, node }] of map.entries) {
    const snake = snakeCase(written);
    const key = known.includes(snake) ? snake : written;
    const keyPath = [...path, key];
    const first = entries.get(key);
    if (first !== undefined) {
      const message = `expected each setting once, found ${key} spelled both ways (the other one is on line ${first.keyAt.line})`;
      issues.push(issueAt(keyPath, keyAt, message));
    } else {
      entries.set(key, { keyAt, node: rename(childSchema(schema, key), node, keyPath, issues) });
    }
  }
  return { ...map, entries };
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
