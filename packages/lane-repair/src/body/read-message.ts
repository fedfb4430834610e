import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "../bytes/ascii.ts";
import { NameTable } from "../bytes/name-table.ts";
import type { Span } from "../bytes/pieces.ts";
import { readString } from "../bytes/read-text.ts";
import type { Block, ListSpan, Member, Message } from "./body.ts";
import type { JsonReader } from "./json-reader.ts";

type Content = Pick<Message, "text" | "blocks" | "list">;

const MESSAGE_KEYS = new NameTable(["role", "content"]);
const ROLES = new NameTable(["user", "assistant", "system"]);

const NO_CONTENT: Content = { text: null, blocks: null, list: null };

/** Reads one element of `messages`. @param maxBlocks The reader stops with `too_many` at more. */
export function readMessage(reader: JsonReader, first: boolean, maxBlocks: number): Message {
  const { gap, position: start, view } = reader;
  const members: Member[] = [];
  let role: string | null = null;
  let content = NO_CONTENT;
  if (reader.enter(OPEN_BRACE)) {
    for (let head = true; reader.next(CLOSE_BRACE, head); head = false) {
      const { gap: memberGap, position: key } = reader;
      const name = reader.key(MESSAGE_KEYS);
      const value = reader.position;
      if (name === "content") content = readContent(reader, maxBlocks);
      else reader.skipValue();
      const end = reader.position;
      if (name === "role") role = ROLES.read(view, { start: value, end });
      members.push({
        gap: memberGap,
        start: key,
        end,
        first: head,
        pieces: null,
        name,
        value: { start: value, end },
      });
    }
  } else {
    reader.skipValue();
  }
  const part = { gap, start, end: reader.position, first, pieces: null };
  return { ...part, tail: reader.gap, role, members, ...content, changed: false };
}

function readContent(reader: JsonReader, maxBlocks: number): Content {
  const start = reader.position;
  const isText = reader.view.at(start) === QUOTE;
  if (!isText && reader.view.at(start) === OPEN_BRACKET) {
    const { blocks, list } = readBlocks(reader, maxBlocks);
    return { text: null, blocks, list };
  }
  reader.skipValue();
  return isText ? { ...NO_CONTENT, text: { start, end: reader.position } } : NO_CONTENT;
}

/** Reads an array of content blocks, a message's or a tool result's. */
export function readBlocks(reader: JsonReader, maxBlocks: number): { blocks: Block[]; list: ListSpan } {
  const start = reader.position;
  const blocks: Block[] = [];
  reader.enter(OPEN_BRACKET);
  for (let first = true; reader.next(CLOSE_BRACKET, first); first = false) {
    if (blocks.length >= maxBlocks) reader.fault = "too_many";
    blocks.push(readBlock(reader, first));
  }
  return { blocks, list: { start, end: reader.position, tail: reader.gap } };
}

const FIELD_NAMES = [
  "type",
  "id",
  "tool_use_id",
  "signature",
  "data",
  "content",
  "text",
  "tool_name",
] as const;

/** Values of a block that repairs may need, by name. */
type BlockFields = Partial<Record<(typeof FIELD_NAMES)[number], Span>>;

const BLOCK_KEYS = new NameTable<string>([
  ...FIELD_NAMES,
  ...["thinking", "name", "input", "is_error", "source", "cache_control", "citations"],
]);
const BLOCK_TYPES = new NameTable<string>([
  ...["text", "thinking", "redacted_thinking", "tool_use", "tool_result", "image", "document"],
  ...["server_tool_use", "web_search_tool_result", "tool_reference", "search_result"],
]);

function readBlock(reader: JsonReader, first: boolean): Block {
  const { gap, position: start, view } = reader;
  const fields: BlockFields = {};
  if (reader.enter(OPEN_BRACE)) {
    for (let head = true; reader.next(CLOSE_BRACE, head); head = false) {
      const name = reader.key(BLOCK_KEYS);
      const value = reader.position;
      reader.skipValue();
      if (isField(name)) fields[name] = { start: value, end: reader.position };
    }
  } else {
    reader.skipValue();
  }
  const type = fields.type === undefined ? null : BLOCK_TYPES.read(view, fields.type);
  const part = { gap, start, end: reader.position, first, pieces: null, type };
  const idSpan = blockId(type, fields);
  const id = idSpan === null ? null : readString(view, idSpan);
  return { ...part, id, idSpan, seal: blockSeal(type, fields), body: blockBody(type, fields) };
}

const FIELD_SET: ReadonlySet<string | null> = new Set(FIELD_NAMES);

function isField(name: string | null): name is keyof BlockFields {
  return FIELD_SET.has(name);
}

function blockId(type: string | null, fields: BlockFields): Span | null {
  if (type === "tool_use" || type === "server_tool_use") return fields.id ?? null;
  return type?.endsWith("tool_result") ? (fields.tool_use_id ?? null) : null;
}

function blockSeal(type: string | null, fields: BlockFields): Span | null {
  if (type === "thinking") return fields.signature ?? null;
  return type === "redacted_thinking" ? (fields.data ?? null) : null;
}

function blockBody(type: string | null, fields: BlockFields): Span | null {
  if (type === "tool_result") return fields.content ?? null;
  if (type === "text") return fields.text ?? null;
  return type === "tool_reference" ? (fields.tool_name ?? null) : null;
}
