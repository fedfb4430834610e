import { parseJson } from "../bytes/read-text.ts";
import { EventSplitter } from "./event-splitter.ts";
import { UNSIGNED } from "./unsigned.ts";

/** Reads what a lane mints out of an answer that passes by. */
export interface MintTap {
  /** Takes the next piece, cut anywhere, decoded as latin1 or UTF-8. */
  push(text: string): void;
  /** Reads what is left. Pieces pushed afterwards are ignored. */
  end(): void;
}

export interface MintTapOptions {
  /** Whether the answer is an event stream, not one JSON object. */
  readonly isStream: boolean;
  /**
   * Called with each thinking signature, redacted thinking and tool id, once for each time it stands there, and with
   * `UNSIGNED` for thinking that ends without a signature.
   */
  readonly onMint: (mint: string) => void;
}

/** A JSON answer above this is let by unread. */
const MAX_JSON_CHARS = 8 * 1024 * 1024;
/**
 * What an event or answer that mints holds: a mint, thinking that begins with or without a signature to come, or the end of
 * any block. Inside a JSON string the quotes would be escaped. One search in place of one for each costs a sixth.
 */
const MARKS = /"(?:signature|redacted_thinking|(?:server_)?tool_use|content_block_stop|type": ?"thinking)"/;

/**
 * Opens a tap. Events without a mint cost a search each, the others are parsed. Holds at most one event (1 MB), or one
 * JSON answer (8 MB). Nothing in the input makes it throw.
 */
export function openMintTap({ isStream, onMint }: MintTapOptions): MintTap {
  return isStream ? tapStream(onMint) : tapJson(onMint);
}

function tapStream(onMint: (mint: string) => void): MintTap {
  const unsigned = new Set<unknown>();
  const splitter = new EventSplitter((data) => {
    if (hasMark(data)) noteEvent(parseJson(data), unsigned, onMint);
  });
  let ended = false;
  return {
    push: (text) => {
      // Most pieces are whole events of nothing but text.
      const isIdle = splitter.isBetweenEvents && text.endsWith("\n\n") && !hasMark(text);
      if (!ended && !isIdle) splitter.push(text);
    },
    end: () => {
      if (!ended) splitter.end();
      ended = true;
    },
  };
}

function tapJson(onMint: (mint: string) => void): MintTap {
  let text: string | null = "";
  return {
    push: (piece) => {
      if (text === null) return;
      text = text.length + piece.length > MAX_JSON_CHARS ? null : text + piece;
    },
    end: () => {
      const content = text !== null && hasMark(text) ? asFields(parseJson(text)).content : null;
      if (Array.isArray(content)) for (const block of content) noteBlock(block, onMint);
      text = null;
    },
  };
}

function hasMark(text: string): boolean {
  return MARKS.test(text);
}

/** @param unsigned Indices of the blocks of thinking that have no signature yet. */
function noteEvent(event: unknown, unsigned: Set<unknown>, onMint: (mint: string) => void): void {
  const { type, index, content_block: block, delta } = asFields(event);
  if (type === "content_block_start") {
    if (isUnsigned(block)) unsigned.add(index);
    else noteBlock(block, onMint);
  }
  if (type === "content_block_stop" && unsigned.delete(index)) onMint(UNSIGNED);
  if (type !== "content_block_delta") return;
  const { type: kind, signature } = asFields(delta);
  if (kind !== "signature_delta") return;
  if (signature !== "") unsigned.delete(index);
  noteText(signature, onMint);
}

function isUnsigned(block: unknown): boolean {
  const { type, signature } = asFields(block);
  return type === "thinking" && (signature === undefined || signature === null || signature === "");
}

function noteBlock(block: unknown, onMint: (mint: string) => void): void {
  const { type, id, signature, data } = asFields(block);
  if (isUnsigned(block)) onMint(UNSIGNED);
  else if (type === "thinking") noteText(signature, onMint);
  if (type === "redacted_thinking") noteText(data, onMint);
  if (type === "tool_use" || type === "server_tool_use") noteText(id, onMint);
}

function noteText(value: unknown, onMint: (mint: string) => void): void {
  if (typeof value === "string" && value !== "") onMint(value);
}

function asFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
