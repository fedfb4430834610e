import type { ConfigIssue } from "@ccp/usage-contract";
import { type KeyPath, type SourceMap, spotAt } from "../source/source-node.ts";
import { issueAt, sortIssues } from "./issue.ts";

/** Collects what is wrong (issues) and what is only odd (warnings) about one file, each with its place. */
export interface Report {
  readonly root: SourceMap;
  issue(path: KeyPath, message: string, part?: "key" | "value"): void;
  warn(path: KeyPath, message: string, part?: "key" | "value"): void;
  issues(): ConfigIssue[];
  warnings(): ConfigIssue[];
}

/** A file of nothing but faults need not name them all. */
const MAX_ISSUES = 50;

export function createReport(root: SourceMap, known: readonly ConfigIssue[]): Report {
  const issues: ConfigIssue[] = [...known];
  const warnings: ConfigIssue[] = [];
  return {
    root,
    issue(path, message, part = "value") {
      issues.push(issueAt(path, spotAt(root, path, part), message));
    },
    warn(path, message, part = "value") {
      warnings.push(issueAt(path, spotAt(root, path, part), message));
    },
    issues: () => sortIssues(issues).slice(0, MAX_ISSUES),
    warnings: () => sortIssues(warnings).slice(0, MAX_ISSUES),
  };
}
