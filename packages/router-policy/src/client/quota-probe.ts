import { modelKey } from "@ccp/usage-contract/core";
import type { ClientRequest } from "./client-request.ts";

/** The probe is one word; a count of tokens that is asked for in the same way carries the conversation. */
const LONGEST_PROBE_BYTES = 4096;

/**
 * Whether a request is Claude Code's question about its own plan: `max_tokens: 1`, not streamed, the word `quota`. It is
 * sent for the rate-limit headers of its answer, so only the Anthropic lane can answer it. A model that is no Claude
 * model is not meant: Anthropic would not know it.
 *
 * @example
 * isQuotaProbe({ headers, model: "claude-sonnet-5-5", maxTokens: 1, stream: false, bodyBytes: 412 }); // => true
 */
export function isQuotaProbe(request: ClientRequest): boolean {
  const { headers, model, maxTokens, stream, hasTools, bodyBytes } = request;
  return (
    maxTokens === 1 &&
    !stream &&
    hasTools !== true &&
    (bodyBytes ?? 0) <= LONGEST_PROBE_BYTES &&
    modelKey(model).startsWith("claude-") &&
    isClaudeCode(headers)
  );
}

function isClaudeCode(headers: ClientRequest["headers"]): boolean {
  if (headers.get("x-claude-code-session-id") !== null) return true;
  return (headers.get("user-agent") ?? "").startsWith("claude-cli/");
}
