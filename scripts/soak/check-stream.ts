import { createChain } from "./pieces.ts";

/** How a stream ended, as its client understands it. */
export interface StreamFinding {
  /** Pieces that came, all of them right and in order. */
  readonly pieces: number;
  readonly ending: "stop" | "error" | "none";
  readonly fault: string | null;
}

/** Reads an event stream strictly, piece by piece, as it comes. */
export function createStreamCheck(id: string): { push(text: string): void; end(): StreamFinding } {
  const chain = createChain(id);
  let rest = "";
  let pieces = 0;
  let ending: StreamFinding["ending"] = "none";
  let fault: string | null = null;

  const readEvent = (block: string): void => {
    // Of several names the last one counts; a piece that was cut off may have become a ping.
    const name = [...block.matchAll(/^event: (.*)$/gm)].at(-1)?.[1];
    if (name === "ping") return;
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (name === undefined || data === undefined) {
      fault ??= `no event: ${JSON.stringify(block.slice(0, 80))}`;
      return;
    }
    if (ending !== "none") fault ??= `${name} behind the end`;
    if (name === "message_stop") ending = "stop";
    if (name === "error") ending = "error";
    if (name !== "content_block_delta") return;
    const { delta } = JSON.parse(data) as { delta: { text: string } };
    const wanted = chain.next();
    if (delta.text === wanted) pieces += 1;
    else fault ??= `piece ${chain.count - 1} is ${JSON.stringify(delta.text.slice(0, 60))}`;
  };

  return {
    push(text) {
      rest += text;
      for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        try {
          if (block !== "") readEvent(block);
        } catch (error) {
          fault ??= `not an event: ${(error as Error).message}`;
        }
      }
    },
    end: () => ({ pieces, ending, fault }),
  };
}
