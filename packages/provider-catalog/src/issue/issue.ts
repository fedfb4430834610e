import type { ConfigIssue } from "@ccp/usage-contract";
import type { KeyPath, SourceNode, Spot } from "../source/source-node.ts";
import { isCredentialKey, looksLikeSecret } from "./secrets.ts";

const MAX_SHOWN = 60;
const PLAIN_SEGMENT = /^[A-Za-z_$][\w-]*$/;
/** Control and direction characters that JSON leaves as they are and a terminal would obey. */
const UNSAFE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function issueAt(path: KeyPath, at: Spot, message: string): ConfigIssue {
  return { path: renderPath(path), message, line: at.line, column: at.column };
}

/**
 * One line for a person: `file:line:column path: message`, leaving out what is not known.
 *
 * @example
 * formatIssue("providers.yaml", { path: "routes[0].provider", message: "…", line: 4, column: 20 });
 * // => "providers.yaml:4:20 routes[0].provider: …"
 */
export function formatIssue(file: string, issue: ConfigIssue): string {
  const line = issue.line === undefined ? "" : `:${issue.line}`;
  const column = issue.line === undefined || issue.column === undefined ? "" : `:${issue.column}`;
  const path = issue.path === "" ? "" : `${issue.path}: `;
  return `${file}${line}${column} ${path}${issue.message}`;
}

/** `providers.zai.models["glm-4.7"].lane`; a segment that could be a credential is masked. */
export function renderPath(path: KeyPath): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (looksLikeSecret(segment)) text += '["…"]';
    else if (PLAIN_SEGMENT.test(segment) && segment.length <= MAX_SHOWN)
      text += text === "" ? segment : `.${segment}`;
    else text += `[${quote(segment)}]`;
  }
  return text;
}

/** Quotes a text for a terminal: escaped, and cut when it is long. */
export function quote(text: string): string {
  const cut = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return JSON.stringify(cut).replace(
    UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What was found, in words. A value that is or could be a credential is never part of them. */
export function foundWords(node: SourceNode | null, path: KeyPath): string {
  if (node === null || (node.kind === "scalar" && node.value === null)) return "nothing";
  if (node.kind === "list") return node.items.length === 0 ? "an empty list" : "a list";
  if (node.kind === "map") return node.entries.size === 0 ? "an empty mapping" : "a mapping";
  if (typeof node.value !== "string")
    return isCredentialPath(path) ? "a value that is not shown" : String(node.value);
  if (looksLikeSecret(node.value)) return "what looks like a key itself (not shown)";
  if (isCredentialPath(path)) return "a text that is not shown";
  return quote(node.value);
}

/** Keys of `scoped_env` are profile names, so their parent has to be asked too. */
function isCredentialPath(path: KeyPath): boolean {
  return path.slice(-2).some((segment) => typeof segment === "string" && isCredentialKey(segment));
}

/** Sorted by place in the file, each place and path once. */
export function sortIssues(issues: readonly ConfigIssue[]): ConfigIssue[] {
  const unique = new Map(
    issues.toReversed().map((issue) => [`${issue.line}:${issue.column}:${issue.path}`, issue]),
  );
  return [...unique.values()].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}
