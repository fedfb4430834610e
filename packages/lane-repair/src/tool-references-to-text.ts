import { type Block, type Body, inPlaceOf, mapMessages, piecesOf, withBlocks } from "./body/body.ts";
import { JsonReader } from "./body/json-reader.ts";
import { textBlock } from "./body/new-blocks.ts";
import { readBlocks } from "./body/read-message.ts";
import { MAX_NESTED } from "./body/result-as-text.ts";
import { writeBlocks } from "./body/write-body.ts";
import { OPEN_BRACKET } from "./bytes/ascii.ts";
import { type Piece, replaceSpan } from "./bytes/pieces.ts";
import { readString } from "./bytes/read-text.ts";

/**
 * Makes text of the `tool_reference` blocks that Claude Code's tool search leaves in tool results: "Tool found: NAME".
 * Lost: that the lane loads the tool's definition by itself.
 */
export function toolReferencesToText(body: Body): Body {
  return mapMessages(body, (message) => {
    if (message.blocks === null) return message;
    let changed = false;
    const blocks = message.blocks.map((block) => {
      const next = withoutReferences(body, block);
      changed ||= next !== block;
      return next;
    });
    return changed ? withBlocks(message, blocks) : message;
  });
}

function withoutReferences({ view }: Body, block: Block): Block {
  if (block.type !== "tool_result" || block.body === null) return block;
  if (view.at(block.body.start) !== OPEN_BRACKET) return block;
  const reader = new JsonReader(view, block.body.start);
  const { blocks, list } = readBlocks(reader, MAX_NESTED);
  if (reader.fault !== null || !blocks.some(({ type }) => type === "tool_reference")) return block;
  const written: Piece[] = [];
  const named = blocks.map((nested) => {
    if (nested.type !== "tool_reference") return nested;
    const name = nested.body === null ? null : readString(view, nested.body);
    return inPlaceOf(nested, textBlock(`Tool found: ${name ?? "unknown"}`));
  });
  writeBlocks(written, named, list);
  return { ...block, pieces: replaceSpan(piecesOf(block), block.body, written) };
}
