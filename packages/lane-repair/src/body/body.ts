import type { ByteView } from "../bytes/byte-view.ts";
import type { Piece, Span } from "../bytes/pieces.ts";

/** An element of an array or a member of an object: where it came from, and what is to be written for it. */
export interface Part {
  /** Where the separator before it begins: after the item before, or after the opening bracket. */
  readonly gap: number;
  readonly start: number;
  readonly end: number;
  /** Whether it came first in its list, so that its separator holds no comma. */
  readonly first: boolean;
  /** What is written for it; `null`: its bytes as they came. */
  readonly pieces: readonly Piece[] | null;
}

/** One key and value; the part begins at the key. */
export interface Member extends Part {
  /** `null` for a name too long to be a known one. */
  readonly name: string | null;
  /** `null` for one that did not come with the body. */
  readonly value: Span | null;
}

/** An element of a message's `content`. */
export interface Block extends Part {
  readonly type: string | null;
  /** The call's id as it will be written: `id` of a call, `tool_use_id` of a result. */
  readonly id: string | null;
  readonly idSpan: Span | null;
  /** A thinking block's `signature`, a redacted one's `data`. */
  readonly seal: Span | null;
  /** A result's `content`, a text's `text`, a reference's `tool_name`. */
  readonly body: Span | null;
}

/** An element of the top-level `messages`. */
export interface Message extends Part {
  readonly role: string | null;
  /** Where its last member ended: before the white space and the closing brace. `null` where the braces are new. */
  readonly tail: number | null;
  /** Empty for an element that is no object. */
  readonly members: readonly Member[];
  /** The token of a `content` that is a string. */
  readonly text: Span | null;
  /** The elements of a `content` that is, or will be, an array. */
  readonly blocks: readonly Block[] | null;
  /** Where the array stands, brackets included; `null` where it is new. */
  readonly list: ListSpan | null;
  /** Whether it is written from its members and blocks; else as it came. */
  readonly changed: boolean;
}

/** An array with its brackets; `tail` is where its last element ended. */
export interface ListSpan extends Span {
  readonly tail: number;
}

/** What repairs know of a request. Immutable: a repair gives back another one, or the very same when it does not fire. */
export interface Body {
  readonly view: ByteView;
  /** The object's braces; bytes outside are kept. */
  readonly list: ListSpan;
  readonly members: readonly Member[];
  /** `null` when there is no array `messages`. */
  readonly messages: readonly Message[] | null;
  readonly messageList: ListSpan | null;
}

/** A new item for a list. */
export function madePart(pieces: readonly Piece[]): Part {
  return { gap: 0, start: 0, end: 0, first: false, pieces };
}

/** A new block. */
export function madeBlock(type: string, id: string | null, pieces: readonly Piece[]): Block {
  return { ...madePart(pieces), type, id, idSpan: null, seal: null, body: null };
}

/** A new block in the place of an old one, behind the same separator. */
export function inPlaceOf({ gap, start, end, first }: Part, block: Block): Block {
  return { ...block, gap, start, end, first };
}

/** A new member; `pieces` hold its key, too. */
export function madeMember(name: string, pieces: readonly Piece[]): Member {
  return { ...madePart(pieces), name, value: null };
}

/** The bytes that stand for a part, before it is changed once more. */
export function piecesOf(part: Part): readonly Piece[] {
  return part.pieces ?? [{ start: part.start, end: part.end }];
}

export function findMember(members: readonly Member[], name: string): Member | null {
  return members.find((member) => member.name === name) ?? null;
}

export function replaceMember(members: readonly Member[], old: Member, by: Member): Member[] {
  return members.map((member) => (member === old ? by : member));
}

/** A body whose messages went through `change`; the same body when each came back as it was. */
export function mapMessages(body: Body, change: (message: Message) => Message): Body {
  if (body.messages === null) return body;
  let changed = false;
  const messages = body.messages.map((message) => {
    const next = change(message);
    changed ||= next !== message;
    return next;
  });
  return changed ? { ...body, messages } : body;
}

export function withBlocks(message: Message, blocks: readonly Block[]): Message {
  return { ...message, blocks, changed: true };
}
