import type { ConfigIssue } from "@ccp/usage-contract";
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import { issueAt } from "../issue/issue.ts";
import { convertNode } from "./convert-node.ts";
import type { SourceMap, SourceNode } from "./source-node.ts";
import { faultWords } from "./yaml-faults.ts";

/** Far above any real file, low enough that a wrong one (a log, a download) is refused at once. */
const MAX_CHARACTERS = 262_144;
/** One open bracket can cause a fault on every line below it: the first ones tell the cause. */
const MAX_FAULTS = 3;
const START = { line: 1, column: 1 };

export type SourceResult =
  | { readonly success: true; readonly root: SourceMap }
  | { readonly success: false; readonly issues: readonly ConfigIssue[] };

/**
 * Reads YAML 1.2 or JSON (which YAML contains) into values with positions. Never throws.
 *
 * @param expects What the file should hold, for the messages: `a mapping with providers and routes`.
 */
export function readSource(text: string, expects: string): SourceResult {
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const unreadable = whyUnreadable(clean);
  if (unreadable !== null) return fault(unreadable);
  try {
    return parse(clean, expects);
  } catch {
    // The parser recurses: text nested deeply enough exhausts the stack before any limit of ours is met.
    return fault("expected YAML or JSON, found text that cannot be read as either");
  }
}

function whyUnreadable(text: string): string | null {
  if (text.length > MAX_CHARACTERS) {
    return `expected at most ${MAX_CHARACTERS} characters, found ${text.length}`;
  }
  if (text.includes("\u0000")) return "expected UTF-8 text, found NUL characters; is the file UTF-16?";
  return null;
}

function parse(text: string, expects: string): SourceResult {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Ours names both places, and the parser's is quadratic.
    uniqueKeys: false,
    stringKeys: true,
    // Stated, since a `%YAML 1.1` line would change them: `yes` must stay text, `<<` a key like any other.
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
  });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) return { success: false, issues: faultIssues(faults, lines) };
  if (document.contents === null) return fault(`expected ${expects}, found an empty file`);
  const { root, issues } = convertNode(document.contents, lines);
  if (issues.length > 0) return { success: false, issues };
  if (root.kind !== "map") return fault(`expected ${expects}, found ${kindWords(root)}`);
  return { success: true, root };
}

function faultIssues(faults: readonly YAMLError[], lines: LineCounter): ConfigIssue[] {
  const issues = new Map<number, ConfigIssue>();
  for (const fault of [...faults].sort((a, b) => a.pos[0] - b.pos[0])) {
    const { line, col } = lines.linePos(fault.pos[0]);
    if (!issues.has(line)) issues.set(line, issueAt([], { line, column: col }, faultWords(fault)));
  }
  return [...issues.values()].slice(0, MAX_FAULTS);
}

function kindWords(root: SourceNode): string {
  if (root.kind === "list") return "a list";
  return root.kind === "scalar" && root.value === null ? "nothing" : "a single value";
}

function fault(message: string): SourceResult {
  return { success: false, issues: [issueAt([], START, message)] };
}
