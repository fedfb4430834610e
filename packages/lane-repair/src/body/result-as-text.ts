import { OPEN_BRACKET, QUOTE } from "../bytes/ascii.ts";
import type { ByteView } from "../bytes/byte-view.ts";
import type { Span } from "../bytes/pieces.ts";
import { type Block, inPlaceOf } from "./body.ts";
import { JsonReader } from "./json-reader.ts";
import { innerSpan, textBlock } from "./new-blocks.ts";
import { readBlocks } from "./read-message.ts";

/** What of a result's content may stand in a user's message by itself. */
const USER_CONTENT: ReadonlySet<string | null> = new Set(["text", "image", "document", "search_result"]);

/** Blocks of one tool result; results have a few. */
export const MAX_NESTED = 10_000;

/**
 * The blocks that say in a message what a `tool_result` said as one. Its texts and images keep their bytes.
 *
 * @param byUser Whether it stands in a user's message; an assistant's holds no images.
 */
export function resultAsText(block: Block, view: ByteView, byUser: boolean): Block[] {
  const heading = `Result of tool call ${block.id ?? ""}:`;
  const { body } = block;
  if (body !== null && view.at(body.start) === QUOTE && body.end - body.start > 2) {
    return [inPlaceOf(block, textBlock(`${heading}\n`, innerSpan(body)))];
  }
  const held = body !== null && view.at(body.start) === OPEN_BRACKET ? nestedBlocks(view, body) : [];
  const shown = held.filter(({ type, body: text }) => {
    if (!(byUser ? USER_CONTENT.has(type) : type === "text")) return false;
    return type !== "text" || (text !== null && text.end - text.start > 2);
  });
  const opening = textBlock(shown.length === 0 ? `${heading} (no content)` : heading);
  return [inPlaceOf(block, opening), ...shown];
}

/** Elements of a tool result's content, the first ones of very many. */
function nestedBlocks(view: ByteView, list: Span): Block[] {
  return readBlocks(new JsonReader(view, list.start), MAX_NESTED).blocks;
}
