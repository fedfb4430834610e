import { readBody } from "./body/read-body.ts";
import { readString } from "./bytes/read-text.ts";

/**
 * The lanes that a conversation has been on, as far as its thinking signatures and tool ids tell. More than the lane
 * that is asked now: the request needs the repairs for other lanes' turns.
 *
 * @param laneOf Who minted one, e.g. a mint book's `laneOf`; `null`: unknown.
 * @returns Empty, too, when the body cannot be read.
 */
export function lanesIn(
  chunks: readonly Uint8Array[],
  laneOf: (mint: string) => string | null,
): ReadonlySet<string> {
  const { toolIds, signatures } = mintsIn(chunks);
  const lanes = [...signatures, ...toolIds].map(laneOf).filter((lane) => lane !== null);
  return new Set(lanes);
}

/** What lanes minted of a conversation. */
export interface Mints {
  /** Ids of tool calls, as they stand. */
  readonly toolIds: readonly string[];
  /** Signatures of thinking, and redacted thinking itself. */
  readonly signatures: readonly string[];
}

/** Empty, too, when the body cannot be read. */
export function mintsIn(chunks: readonly Uint8Array[]): Mints {
  const reading = readBody(chunks);
  const toolIds: string[] = [];
  const signatures: string[] = [];
  if (!reading.success) return { toolIds, signatures };
  for (const message of reading.body.messages ?? []) {
    for (const { type, id, seal } of message.blocks ?? []) {
      if ((type === "tool_use" || type === "server_tool_use") && id !== null) toolIds.push(id);
      const signature = seal === null ? null : readString(reading.body.view, seal);
      if (signature !== null) signatures.push(signature);
    }
  }
  return { toolIds, signatures };
}
