import { modelKey, type TrafficClass } from "@ccp/usage-contract/core";
import { agentId, type ClientRequest, SHORT_ANSWER_TOKENS } from "./client-request.ts";
import { isQuotaProbe } from "./quota-probe.ts";

/**
 * Words of `x-claude-code-request-class`. Compactions and side replies are left out: a person waits for the main
 * agent's, the main agent for a subagent's.
 */
const BY_REQUEST_CLASS: ReadonlyMap<string, TrafficClass> = new Map([
  ["main", "main"],
  ["subagent", "subagent"],
  ["workflow", "subagent"],
  ["auxiliary", "background"],
  ["background", "background"],
]);
const AWAITED: readonly string[] = ["compaction", "side_reply"];

const SUBAGENT = /\bcc_is_subagent=true\b/;

/**
 * Who waits for a request. The first that applies:
 * 1. the client's own word (`x-claude-code-request-class`, sent with `CLAUDE_CODE_GATEWAY_HINT_HEADERS=1`)
 * 2. `subagent`: it names an agent (`x-claude-code-agent-id`), or its first system block has `cc_is_subagent=true`
 * 3. `background`: a model of the haiku class that is offered no tools, or, where that was not read, asked for a short
 *    answer; and Claude Code's question about its plan
 * 4. `main`: anything else, so that what is not known is never held back
 *
 * @example
 * trafficClass({ headers, model: "claude-haiku-4-5", maxTokens: 32_000, stream: true, hasTools: false });
 * // => "background", a session title
 */
export function trafficClass(request: ClientRequest): TrafficClass {
  const word = (request.headers.get("x-claude-code-request-class") ?? "").trim().toLowerCase();
  const told = BY_REQUEST_CLASS.get(word);
  if (told !== undefined) return told;
  if (agentId(request.headers) !== null || SUBAGENT.test(request.attribution ?? "")) return "subagent";
  if (AWAITED.includes(word)) return "main";
  return isSideRequest(request) || isQuotaProbe(request) ? "background" : "main";
}

function isSideRequest({ model, maxTokens, hasTools }: ClientRequest): boolean {
  if (!modelKey(model).includes("haiku")) return false;
  if (typeof hasTools === "boolean") return !hasTools;
  return maxTokens !== null && maxTokens <= SHORT_ANSWER_TOKENS;
}
