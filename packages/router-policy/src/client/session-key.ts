import type { HeaderReader, TrafficClass } from "@ccp/usage-contract";
import { fingerprint } from "../session/fingerprint.ts";
import { agentId, readId, SHORT_ANSWER_TOKENS } from "./client-request.ts";

/** Longer than Claude Code's by far. */
const LONGEST_USER_ID = 2048;
const OLDER_USER_ID = /_session_([0-9a-f-]{36})$/i;

/** What tells conversations of one session apart. What is absent or `null` was not read, and tells nothing. */
export interface SessionRequest {
  readonly headers: HeaderReader;
  /** The text of `metadata.user_id`, itself JSON. */
  readonly userId?: string | null;
  readonly trafficClass?: TrafficClass;
  readonly hasTools?: boolean | null;
  readonly maxTokens?: number | null;
  /** How the first texts of the system prompt begin. */
  readonly system?: readonly string[] | null;
}

/**
 * Names the conversation that a request belongs to: Claude Code's session, from its header or else from
 * `metadata.user_id`. A subagent's is its own (`SESSION/AGENT`), and so are the side requests of each (a title, a topic, a
 * summary): they have another context, and so another prompt cache, and must not move the agent they work for.
 *
 * @returns At most 290 printable characters; `null` where nothing names a session.
 * @example
 * sessionKey({ headers, userId: '{"device_id":"…","session_id":"5f0c"}' }); // => "5f0c"
 */
export function sessionKey(request: SessionRequest): string | null {
  const { headers, userId } = request;
  const session = readId(headers.get("x-claude-code-session-id")) ?? sessionOf(userId ?? "");
  if (session === null) return null;
  const agent = agentId(headers);
  return (agent === null ? session : `${session}/${agent}`) + aside(request);
}

/** An agent's own requests offer tools; what offers none, or asks for a few words, is beside its conversation. */
function aside({ trafficClass, hasTools, maxTokens, system }: SessionRequest): string {
  if (trafficClass === "background") return "#background";
  const isShort = maxTokens !== undefined && maxTokens !== null && maxTokens <= SHORT_ANSWER_TOKENS;
  if (hasTools === true || (hasTools !== false && !isShort)) return "";
  const prompt = (system ?? []).filter((text) => !ATTRIBUTION.test(text)).join("\n");
  return prompt === "" ? "#aside" : `#aside-${fingerprint(prompt)}`;
}

/** Claude Code's first system block, which changes with each request. */
const ATTRIBUTION = /^x-anthropic-billing-header:/i;

function sessionOf(userId: string): string | null {
  if (userId.length > LONGEST_USER_ID) return null;
  if (!userId.startsWith("{")) return OLDER_USER_ID.exec(userId)?.[1] ?? null;
  try {
    const value: { session_id?: unknown } = JSON.parse(userId);
    return readId(value.session_id);
  } catch {
    return null;
  }
}
