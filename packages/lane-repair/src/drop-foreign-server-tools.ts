import { type Block, type Body, mapMessages, withBlocks } from "./body/body.ts";
import { notEmpty } from "./body/new-blocks.ts";

/** What Claude's API takes for the id of a tool that it ran itself. */
const FIT = /^srvtoolu_[a-zA-Z0-9_]+$/;

/**
 * Takes out tools that another lane ran itself: `server_tool_use` blocks whose id is not of the form `srvtoolu_…`, and
 * results (`web_search_tool_result` and the like) whose call is gone or never was there. One such id makes the lane
 * refuse the conversation for good. Whole pairs with fit ids are left alone.
 *
 * What is lost: that the tool ran, and results that only the other lane can read. What the assistant wrote about them
 * stays; a result in the form of a `tool_result` is left for the repair of pairs, which makes text of it.
 */
export function dropForeignServerTools(body: Body): Body {
  const calls = new Set<string>();
  const isKept = (block: Block): boolean => {
    if (block.type === "server_tool_use") {
      const fit = block.id !== null && FIT.test(block.id);
      if (fit && block.id !== null) calls.add(block.id);
      return fit;
    }
    return !isServerResult(block) || (block.id !== null && calls.has(block.id));
  };
  return mapMessages(body, (message) => {
    if (message.blocks === null) return message;
    const kept = message.blocks.filter(isKept);
    if (kept.length === message.blocks.length) return message;
    return withBlocks(message, notEmpty(message.blocks, kept));
  });
}

/** Calls of an MCP connector have ids, and pairs, of their own. */
function isServerResult({ type }: Block): boolean {
  return type?.endsWith("_tool_result") === true && type !== "mcp_tool_result";
}
