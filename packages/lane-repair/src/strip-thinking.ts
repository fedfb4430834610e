import { type Block, type Body, mapMessages, withBlocks } from "./body/body.ts";
import { notEmpty } from "./body/new-blocks.ts";
import { readString } from "./bytes/read-text.ts";

/**
 * Takes thinking out of the history that the lane did not mint: a lane that checks signatures refuses every request
 * that holds a foreign one, for the rest of the conversation.
 *
 * Where a content would be empty a text block "(no content)" takes its place. What is lost: the other lane's thoughts.
 *
 * @param isOwn Asked for each `thinking` block's `signature` and each `redacted_thinking` block's `data`; true keeps
 *   it. A block without one is never kept. To take out all thinking, answer false.
 */
export function stripThinking(body: Body, isOwn: (signature: string) => boolean): Body {
  const isKept = (block: Block): boolean => {
    if (!isThinking(block)) return true;
    const signature = block.seal === null ? null : readString(body.view, block.seal);
    return signature !== null && signature !== "" && isOwn(signature);
  };
  return mapMessages(body, (message) => {
    if (message.blocks === null) return message;
    const kept = message.blocks.filter(isKept);
    if (kept.length === message.blocks.length) return message;
    return withBlocks(message, notEmpty(message.blocks, kept));
  });
}

export function isThinking(block: Block): boolean {
  return block.type === "thinking" || block.type === "redacted_thinking";
}
