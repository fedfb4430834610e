import { ascii } from "../bytes/ascii.ts";
import { assemble, type Piece } from "../bytes/pieces.ts";
import { type Body, type ListSpan, type Member, type Message, type Part, piecesOf } from "./body.ts";

const COMMA = ascii(",");
const OPEN_OBJECT = ascii("{");
const CLOSE_OBJECT = ascii("}");
const OPEN_LIST = ascii("[");
const CLOSE_LIST = ascii("]");

/** Writes a body out: new bytes where parts were changed, all others as they came. */
export function writeBody(body: Body): Uint8Array[] {
  const out: Piece[] = [{ start: 0, end: body.list.start + 1 }];
  writeItems(out, body.members, (member) => {
    if (member.name === "messages" && body.messages !== null && body.messageList !== null) {
      writeMessages(out, member, body.messages, body.messageList);
    } else {
      out.push(...piecesOf(member));
    }
  });
  out.push({ start: body.list.tail, end: body.view.size });
  return assemble(body.view, out);
}

/**
 * Writes the items of a list, each with the separator it came with. A separator that would stand where none belongs is
 * left out, a missing one is a bare comma.
 */
export function writeItems<T extends Part>(
  out: Piece[],
  items: readonly T[],
  write: (item: T) => void,
): void {
  items.forEach((item, index) => {
    const isMade = item.end === 0;
    const gap = { start: item.gap, end: item.start };
    if (index === 0) {
      if (item.first) out.push(gap);
    } else {
      out.push(isMade || item.first ? COMMA : gap);
    }
    write(item);
  });
}

function writeMessages(out: Piece[], member: Member, messages: readonly Message[], list: ListSpan): void {
  out.push({ start: member.start, end: list.start + 1 });
  writeItems(out, messages, (message) => {
    if (message.changed) writeMessage(out, message);
    else out.push({ start: message.start, end: message.end });
  });
  out.push({ start: list.tail, end: list.end });
}

function writeMessage(out: Piece[], message: Message): void {
  const { start, tail, end } = message;
  const last = message.members.findLast((member) => member.name === "content");
  out.push(tail === null ? OPEN_OBJECT : { start, end: start + 1 });
  writeItems(out, message.members, (member) => {
    if (member !== last || message.blocks === null) {
      out.push(...piecesOf(member));
      return;
    }
    if (member.value === null) out.push(...piecesOf(member));
    else out.push({ start: member.start, end: member.value.start });
    writeBlocks(out, message.blocks, message.list);
  });
  out.push(tail === null ? CLOSE_OBJECT : { start: tail, end });
}

/** @param list Where the array came from; `null` for a new one. */
export function writeBlocks(out: Piece[], blocks: readonly Part[], list: ListSpan | null): void {
  out.push(list === null ? OPEN_LIST : { start: list.start, end: list.start + 1 });
  writeItems(out, blocks, (block) => {
    out.push(...piecesOf(block));
  });
  out.push(list === null ? CLOSE_LIST : { start: list.tail, end: list.end });
}
