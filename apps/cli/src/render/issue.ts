import type { ConfigIssue } from "@ccp/usage-contract";
import { safeText } from "./safe-text.ts";

/** `quotas.json:4:20 models.glm.rolling_tokens: expected number, got "a lot"`: editors jump to such a place. */
export function issueText(file: string, issue: ConfigIssue): string {
  const place = [file, issue.line, issue.column].filter((part) => part !== undefined).join(":");
  const text = issue.path === "" ? `${place}: ${issue.message}` : `${place} ${issue.path}: ${issue.message}`;
  return safeText(text);
}
