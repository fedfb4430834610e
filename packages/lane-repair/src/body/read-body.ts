import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET } from "../bytes/ascii.ts";
import { ByteView } from "../bytes/byte-view.ts";
import { NameTable } from "../bytes/name-table.ts";
import type { Body, ListSpan, Member, Message } from "./body.ts";
import { type BodyIssue, JsonReader } from "./json-reader.ts";
import { readMessage } from "./read-message.ts";

export type BodyReading =
  | { readonly success: true; readonly body: Body }
  | { readonly success: false; readonly issue: BodyIssue };

/** Fields that repairs read or write. */
const FIELDS_READ = ["messages", "metadata", "thinking", "max_tokens", "context_management"] as const;
const FIELD_SET: ReadonlySet<string> = new Set(FIELDS_READ);
const FIELD_KEYS = new NameTable<string>(FIELDS_READ);

/** Messages and blocks of one request. Long sessions have a few thousand. */
const MAX_PARTS = 200_000;

/**
 * Finds the messages and content blocks of a Messages request in its bytes, in one pass forwards, without joining or
 * parsing them.
 *
 * Exact for valid JSON, whatever its key order, white space and escapes, and wherever its chunks are cut. Of a key that
 * stands twice in a message or block the last one counts, as in `JSON.parse`.
 *
 * @param chunks A byte order mark and empty chunks are fine. Not mutated, and kept: the body's spans speak of them.
 */
export function readBody(chunks: readonly Uint8Array[]): BodyReading {
  const view = new ByteView(chunks);
  const marked = view.at(0) === 0xef && view.at(1) === 0xbb && view.at(2) === 0xbf;
  const reader = new JsonReader(view, marked ? 3 : 0);
  reader.skipSpace();
  const start = reader.position;
  if (!reader.enter(OPEN_BRACE)) return unreadable("not_json");

  const members: Member[] = [];
  let list: MessageList = NO_MESSAGES;
  for (let first = true; reader.next(CLOSE_BRACE, first); first = false) {
    const { gap, position } = reader;
    const name = reader.key(FIELD_KEYS);
    const valueStart = reader.position;
    if (name !== "messages") reader.skipValue();
    else list = readMessages(reader);
    const { position: end } = reader;
    members.push({ gap, start: position, end, first, pieces: null, name, value: { start: valueStart, end } });
  }
  const { gap: tail, position: end } = reader;
  reader.skipSpace();
  if (reader.fault !== null) return unreadable(reader.fault);
  if (reader.position !== view.size) return unreadable("not_json");
  if (readsDuplicate(members)) return unreadable("duplicate_key");
  return { success: true, body: { view, list: { start, end, tail }, members, ...list } };
}

type MessageList = Pick<Body, "messages" | "messageList">;

const NO_MESSAGES: MessageList = { messages: null, messageList: null };

function readMessages(reader: JsonReader): MessageList {
  const start = reader.position;
  if (!reader.enter(OPEN_BRACKET)) {
    reader.skipValue();
    return NO_MESSAGES;
  }
  const messages: Message[] = [];
  let parts = 0;
  for (let first = true; reader.next(CLOSE_BRACKET, first); first = false) {
    const message = readMessage(reader, first, MAX_PARTS - parts);
    messages.push(message);
    parts += 1 + (message.blocks?.length ?? 0);
    if (parts > MAX_PARTS) reader.fault = "too_many";
  }
  const messageList: ListSpan = { start, end: reader.position, tail: reader.gap };
  return { messages, messageList };
}

/** Some parsers take `Messages` for `messages`, too. */
function readsDuplicate(members: readonly Member[]): boolean {
  const names = members
    .map((member) => member.name?.toLowerCase() ?? "")
    .filter((name) => FIELD_SET.has(name));
  return new Set(names).size < names.length;
}

function unreadable(issue: BodyIssue): BodyReading {
  return { success: false, issue };
}
