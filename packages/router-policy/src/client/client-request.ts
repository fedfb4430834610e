import type { HeaderReader } from "@ccp/usage-contract";

/** What a Messages request shows of itself, as far as it was read. Nothing of it is required to be there. */
export interface ClientRequest {
  readonly headers: HeaderReader;
  readonly model: string;
  readonly maxTokens: number | null;
  /** Whether the answer is asked for as a stream. */
  readonly stream: boolean;
  /** Whether it offers tools; `null` or absent where that was not read. */
  readonly hasTools?: boolean | null;
  /** Size of the body; `null` or absent where it is not known. */
  readonly bodyBytes?: number | null;
  /** Text of the first system block, where Claude Code tells of itself; `null` or absent where it was not read. */
  readonly attribution?: string | null;
}

/** An answer of no more tokens is a title, a topic or a yes or no. */
export const SHORT_ANSWER_TOKENS = 512;

const LONGEST_ID = 128;
const ID = /^[\x21-\x7e]+$/;

/** An identifier as clients make them; `null` for anything else, so that nobody can fill memory with it. */
export function readId(text: unknown): string | null {
  if (typeof text !== "string" || text.length > LONGEST_ID) return null;
  const id = text.trim();
  return ID.test(id) ? id : null;
}

/** The agent that a request of a subagent names. */
export function agentId(headers: HeaderReader): string | null {
  return readId(headers.get("x-claude-code-agent-id"));
}
