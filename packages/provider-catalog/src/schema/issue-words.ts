import type * as v from "valibot";
import { foundWords } from "../issue/issue.ts";
import { isCredentialKey, looksLikeSecret } from "../issue/secrets.ts";
import { suggest } from "../issue/suggest.ts";
import { type KeyPath, nodeAt, type SourceMap } from "../source/source-node.ts";
import { expectedWords, knownKeys, picklistOptions, schemaAt } from "./schema-shape.ts";

const KEYS_STAY_OUT =
  "credentials are never written in this file, only the name of the variable that holds one";

type Issue = v.BaseIssue<unknown>;

/** A key the mapping does not know. A missing key has the same type and names what it expected. */
export function isUnknownKey(issue: Issue): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

/** One sentence: what was expected, what was found, and what was probably meant. */
export function issueWords(schema: unknown, root: SourceMap, path: KeyPath, issue: Issue): string {
  if (isUnknownKey(issue)) return unknownKeyWords(schema, path);
  const node = nodeAt(root, path);
  const found = foundWords(node, path);
  const expected = issue.kind === "validation" ? validationWords(issue) : null;
  const own = schemaAt(schema, path);
  const words = `${expected ?? `expected ${expectedWords(own)}`}, found ${found}`;
  const text = node?.kind === "scalar" && typeof node.value === "string" ? node.value : null;
  return words + valueHint(path, issue, text, text === null ? null : suggest(text, picklistOptions(own)));
}

function valueHint(path: KeyPath, issue: Issue, text: string | null, suggestion: string | null): string {
  if (text !== null && looksLikeSecret(text)) return `; ${KEYS_STAY_OUT}`;
  if (suggestion !== null) return `; did you mean ${suggestion}?`;
  const key = String(path.at(-1) ?? "");
  return issue.type === "max_value" && key.endsWith("_pct") ? " (0.8 is 80 percent)" : "";
}

function unknownKeyWords(schema: unknown, path: KeyPath): string {
  const key = String(path.at(-1) ?? "");
  const known = knownKeys(schemaAt(schema, path.slice(0, -1)));
  const suggestion = suggest(key, known);
  if (suggestion !== null) return `unknown key; did you mean ${suggestion}?`;
  return isCredentialKey(key)
    ? `unknown key; ${KEYS_STAY_OUT}`
    : `unknown key; expected one of ${known.join(", ")}`;
}

/** Words for a value of the right type that breaks a rule; `null` where the schema's own words say it. */
function validationWords(issue: Issue): string | null {
  const limit = String(issue.requirement);
  if (issue.message.startsWith("expected ")) return issue.message;
  switch (issue.type) {
    case "gt_value":
      return `expected a number above ${limit}`;
    case "min_value":
      return `expected a number of at least ${limit}`;
    case "max_value":
      return `expected a number of at most ${limit}`;
    case "finite":
      return "expected a finite number";
    case "min_entries":
      return `expected at least ${limit} entry`;
    case "min_length":
      return typeof issue.input === "string" ? null : `expected at least ${limit} entry`;
    default:
      return null;
  }
}
