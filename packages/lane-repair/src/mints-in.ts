import type { BodyReading } from "./body/read-body.ts";
import { readString } from "./bytes/read-text.ts";
import { UNSIGNED } from "./mint/unsigned.ts";

/** What lanes minted of a conversation. */
export interface Mints {
  /** Ids of tool calls, as they stand. */
  readonly toolIds: readonly string[];
  /** Signatures of thinking, and redacted thinking itself; `UNSIGNED` for each that has none. */
  readonly signatures: readonly string[];
}

/**
 * Lists what tells which lanes a conversation has been on. Where any of it is another's than the lane's that is asked now,
 * the request needs the repairs for other lanes' turns.
 *
 * @returns Empty, too, when the body could not be read.
 */
export function mintsIn(reading: BodyReading): Mints {
  const toolIds: string[] = [];
  const signatures: string[] = [];
  if (!reading.success) return { toolIds, signatures };
  for (const message of reading.body.messages ?? []) {
    for (const { type, id, seal } of message.blocks ?? []) {
      if ((type === "tool_use" || type === "server_tool_use") && id !== null) toolIds.push(id);
      if (type !== "thinking" && type !== "redacted_thinking") continue;
      const signature = seal === null ? null : readString(reading.body.view, seal);
      signatures.push(signature === null || signature === "" ? UNSIGNED : signature);
    }
  }
  return { toolIds, signatures };
}
