import type { ConfigIssue } from "@ccp/usage-contract";
import { safeText } from "../render/safe-text.ts";

interface WireIssue {
  readonly path: string;
  readonly message: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** An issue as the wire has it, made fit for a terminal. */
export function toIssue(issue: WireIssue): ConfigIssue {
  return {
    path: safeText(issue.path),
    message: safeText(issue.message),
    ...(issue.line === undefined ? {} : { line: issue.line }),
    ...(issue.column === undefined ? {} : { column: issue.column }),
  };
}
