import type { ConfigIssue } from "@ccp/usage-contract";
import * as v from "valibot";
import { issueAt } from "../issue/issue.ts";
import { type KeyPath, type SourceMap, spotAt } from "../source/source-node.ts";
import { issueWords, isUnknownKey } from "./issue-words.ts";
import { toPlain } from "./to-plain.ts";

export interface ShapeResult<T> {
  readonly issues: readonly ConfigIssue[];
  /** The checked value; `null` when there are issues. */
  readonly output: T | null;
}

/** More unknown keys than this in one mapping: the file is something else, and the first ones tell. */
const MAX_PASSES = 32;

/** Checks the form of a file: every fault at once, each with its place. */
export function checkShape<T>(schema: v.GenericSchema<unknown, T>, root: SourceMap): ShapeResult<T> {
  const plain = toPlain(schema, root);
  const issues: ConfigIssue[] = [];
  for (let pass = 0; ; pass += 1) {
    const result = v.safeParse(schema, plain);
    if (result.success) return { issues, output: issues.length === 0 ? result.output : null };
    // A strict object stops at its first unknown key, so each pass takes those away and looks again.
    const unknown = result.issues.filter(isUnknownKey);
    const shown = unknown.length === 0 || pass === MAX_PASSES ? result.issues : unknown;
    for (const issue of shown) issues.push(toIssue(schema, root, issue));
    if (shown !== unknown) return { issues, output: null };
    for (const issue of unknown) removeAt(plain, pathOf(issue));
  }
}

function toIssue(schema: unknown, root: SourceMap, issue: v.BaseIssue<unknown>): ConfigIssue {
  const path = pathOf(issue);
  const part = isUnknownKey(issue) ? "key" : "value";
  return issueAt(path, spotAt(root, path, part), issueWords(schema, root, path, issue));
}

function pathOf(issue: v.BaseIssue<unknown>): KeyPath {
  return (issue.path ?? []).map((item) => (typeof item.key === "number" ? item.key : String(item.key)));
}

function removeAt(plain: unknown, path: KeyPath): void {
  let at: unknown = plain;
  for (const key of path.slice(0, -1)) at = isObject(at) ? at[key] : undefined;
  const last = path.at(-1);
  if (isObject(at) && last !== undefined) delete at[last];
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}
