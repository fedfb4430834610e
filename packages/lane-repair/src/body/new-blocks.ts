import { ascii, jsonInner, jsonString } from "../bytes/ascii.ts";
import type { Piece, Span } from "../bytes/pieces.ts";
import { type Block, inPlaceOf, type Message, madeBlock } from "./body.ts";

/**
 * A text block.
 *
 * @param text Written before `more`.
 * @param more What stands between the quotes of a JSON string of the body.
 * @param after Written behind it.
 */
export function textBlock(text: string, more: Span | null = null, after = ""): Block {
  const middle: Piece[] = more === null ? [] : [more];
  return madeBlock("text", null, [
    ascii(`{"type":"text","text":"${jsonInner(text)}`),
    ...middle,
    ascii(`${jsonInner(after)}"}`),
  ]);
}

/** Upstreams refuse a message without content, and a blank text. */
const PLACEHOLDER = "(no content)";

/** What is left of a message's blocks, or one that says so where nothing is. */
export function notEmpty(before: readonly Block[], kept: readonly Block[]): readonly Block[] {
  const [first] = before;
  return kept.length > 0 || first === undefined ? kept : [inPlaceOf(first, textBlock(PLACEHOLDER))];
}

/** What the client would have sent for a call whose result it does not have. */
export function missingResult(id: string): Block {
  return madeBlock("tool_result", id, [
    ascii('{"type":"tool_result","tool_use_id":'),
    jsonString(id),
    ascii(',"is_error":true,"content":"No result of this call was recorded."}'),
  ]);
}

/** A message's content as blocks, a text as one text block; `null` when it has neither. */
export function asBlocks(message: Message): readonly Block[] | null {
  if (message.text === null) return message.blocks;
  const inner = innerSpan(message.text);
  return inner.start === inner.end ? [] : [textBlock("", inner)];
}

/** What stands between a string token's quotes. */
export function innerSpan(token: Span): Span {
  return { start: token.start + 1, end: token.end - 1 };
}
