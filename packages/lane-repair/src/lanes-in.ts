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
  const lanes = new Set<string>();
  const reading = readBody(chunks);
  if (!reading.success) return lanes;
  const note = (mint: string | null): void => {
    const lane = mint === null ? null : laneOf(mint);
    if (lane !== null) lanes.add(lane);
  };
  for (const message of reading.body.messages ?? []) {
    for (const { type, id, seal } of message.blocks ?? []) {
      if (type === "tool_use" || type === "server_tool_use") note(id);
      if (seal !== null) note(readString(reading.body.view, seal));
    }
  }
  return lanes;
}
