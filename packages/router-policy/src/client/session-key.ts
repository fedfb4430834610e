import type { HeaderReader } from "@ccp/usage-contract";
import { agentId, readId } from "./client-request.ts";

/** Longer than Claude Code's by far. */
const LONGEST_USER_ID = 2048;
const OLDER_USER_ID = /_session_([0-9a-f-]{36})$/i;

/**
 * Names the conversation that a request belongs to: Claude Code's session, from its header or else from
 * `metadata.user_id`. A subagent's is its own (`SESSION/AGENT`): it has another context, and so another prompt cache.
 *
 * @param userId The text of `metadata.user_id`, itself JSON; `null` or absent where it was not read.
 * @returns At most 257 printable characters; `null` where nothing names a session.
 * @example
 * sessionKey({ headers, userId: '{"device_id":"…","session_id":"5f0c"}' }); // => "5f0c"
 */
export function sessionKey(request: { headers: HeaderReader; userId?: string | null }): string | null {
  const { headers, userId } = request;
  const session = readId(headers.get("x-claude-code-session-id")) ?? sessionOf(userId ?? "");
  if (session === null) return null;
  const agent = agentId(headers);
  return agent === null ? session : `${session}/${agent}`;
}

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
