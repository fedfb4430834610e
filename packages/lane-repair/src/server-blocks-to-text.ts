import { type Block, type Body, inPlaceOf, mapMessages, piecesOf, withBlocks } from "./body/body.ts";
import { JsonReader } from "./body/json-reader.ts";
import { textBlock } from "./body/new-blocks.ts";
import { readBlocks } from "./body/read-message.ts";
import { MAX_NESTED } from "./body/result-as-text.ts";
import { writeBlocks } from "./body/write-body.ts";
import { ascii, jsonInner, OPEN_BRACKET } from "./bytes/ascii.ts";
import { type Piece, replaceSpan } from "./bytes/pieces.ts";
import { readObject } from "./bytes/read-text.ts";

/** What is told of one block; pages that were fetched can be far longer. */
const LONGEST_TEXT = 100_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Makes text of blocks that only the lane which made them, or its own server tools, can read: calls and results of server
 * tools and MCP connectors, files of a container, search results, summaries, documents that are text. Citations of such
 * results go with them.
 *
 * What is lost: sealed contents, and that the lane can go on with them.
 *
 * @param isOwn Asked for the id of a server tool's call or result; true keeps the block.
 */
export function serverBlocksToText(body: Body, isOwn: (id: string) => boolean): Body {
  const isKept = (block: Block): boolean => block.id !== null && isServerTool(block.type) && isOwn(block.id);
  return mapMessages(body, (message) => {
    if (message.blocks === null) return message;
    let changed = false;
    const blocks = message.blocks.map((block) => {
      const next = isKept(block) ? block : asText(body, withoutNested(body, block));
      changed ||= next !== block;
      return next;
    });
    return changed ? withBlocks(message, blocks) : message;
  });
}

function isServerTool(type: string | null): boolean {
  return type === "server_tool_use" || (type !== "tool_result" && type?.endsWith("_tool_result") === true);
}

/** The same inside the content of a client's tool result. */
function withoutNested(body: Body, block: Block): Block {
  const { view } = body;
  if (block.type !== "tool_result" || block.body === null || view.at(block.body.start) !== OPEN_BRACKET) {
    return block;
  }
  const reader = new JsonReader(view, block.body.start);
  const { blocks, list } = readBlocks(reader, MAX_NESTED);
  if (reader.fault !== null) return block;
  const told = blocks.map((nested) => asText(body, nested));
  if (told.every((nested, index) => nested === blocks[index])) return block;
  const written: Piece[] = [];
  writeBlocks(written, told, list);
  return { ...block, pieces: replaceSpan(piecesOf(block), block.body, written) };
}

/** The block as it is told, or the very same where its form is everybody's. */
function asText({ view }: Body, block: Block): Block {
  const { type, pieces } = block;
  if (pieces !== null || type === null || type === "tool_result") return block;
  if (!isTold(type)) return block;
  const fields = readObject(view, block);
  if (fields === null) return block;
  if (type === "text") return "citations" in fields ? withoutCitations(block, fields) : block;
  const text = tell(type, fields);
  return text === null ? block : inPlaceOf(block, textBlock(text.slice(0, LONGEST_TEXT)));
}

const TOLD: ReadonlySet<string> = new Set([
  "text",
  "server_tool_use",
  "mcp_tool_use",
  "container_upload",
  "search_result",
  "compaction",
  "document",
]);

function isTold(type: string): boolean {
  return TOLD.has(type) || type.endsWith("_tool_result");
}

function withoutCitations(block: Block, fields: Fields): Block {
  const { citations: _, ...rest } = fields;
  const members = Object.entries(rest).map(
    ([name, value]) => `"${jsonInner(name)}":${inAscii(JSON.stringify(value))}`,
  );
  return { ...block, pieces: [ascii(`{${members.join(",")}}`)] };
}

/** Characters beyond ASCII stand in strings alone, where an escape means the same. */
function inAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => jsonInner(unit));
}

/** `null`: it is left as it is, for only its lane can say what it holds. */
function tell(type: string, fields: Fields): string | null {
  switch (type) {
    case "server_tool_use":
    case "mcp_tool_use":
      return `Tool ${wordOf(fields.name)} was run by the API with ${JSON.stringify(fields.input ?? {})}`;
    case "container_upload":
      return `A file was uploaded to the container: ${wordOf(fields.file_id)}`;
    case "search_result":
      return `Search result:\n${linesOf(fields).join("\n")}`;
    case "compaction":
      return `Summary of what was said before:\n${linesOf(fields).join("\n")}`;
    case "document": {
      const lines = linesOf(fields);
      return lines.length === 0 || holdsFile(fields.source) ? null : `Document:\n${lines.join("\n")}`;
    }
    default: {
      const lines = linesOf(fields);
      return `Result of a tool that the API ran: ${lines.length === 0 ? "(no content)" : `\n${lines.join("\n")}`}`;
    }
  }
}

function wordOf(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : "unknown";
}

/** PDFs, images and uploaded files are no text. */
function holdsFile(source: unknown): boolean {
  const type = isFields(source) ? source.type : null;
  return type !== "text" && type !== "content";
}

/** Members that hold words for people, wherever they stand; sealed contents and ids are passed over. */
const WORDS: readonly string[] = ["title", "url", "text", "stdout", "stderr", "error_code", "tool_name"];

function linesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(linesOf);
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, held]): string[] => {
    if (typeof held !== "string") return linesOf(held);
    const isWords =
      WORDS.includes(name) ||
      name === "content" ||
      name === "source" ||
      (name === "data" && value.type === "text");
    return isWords && held.trim() !== "" ? [held] : [];
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
