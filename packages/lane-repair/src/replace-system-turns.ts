import { type Block, type Body, type Message, madeMember } from "./body/body.ts";
import { innerSpan, textBlock } from "./body/new-blocks.ts";
import { ascii } from "./bytes/ascii.ts";

/** How Claude Code itself marks instructions that stand in a user's message. */
const OPENING = "<system-reminder>\n";
const CLOSING = "\n</system-reminder>";

/**
 * Replaces messages of role `system` inside `messages`, for lanes that know `user` and `assistant` alone.
 *
 * - `user`: the same place, role `user`, the text between `<system-reminder>` tags. Lost: its rank over what users say,
 *   other fields of the message, and content that is no text (such as changes of the tool list). One without any text,
 *   which only sets the effort, is left out.
 * - `drop`: left out whole.
 */
export function replaceSystemTurns(body: Body, by: "user" | "drop"): Body {
  const { messages } = body;
  if (messages === null || !messages.some(({ role }) => role === "system")) return body;
  const replaced = messages.flatMap((message): readonly Message[] => {
    if (message.role !== "system") return [message];
    return by === "drop" ? [] : asUserTurn(message);
  });
  return { ...body, messages: replaced };
}

function asUserTurn(message: Message): readonly Message[] {
  const blocks = reminder(message);
  if (blocks.length === 0) return [];
  const members = [
    madeMember("role", [ascii('"role":"user"')]),
    madeMember("content", [ascii('"content":')]),
  ];
  return [{ ...message, role: "user", members, text: null, blocks, list: null, tail: null, changed: true }];
}

function reminder({ text, blocks }: Message): readonly Block[] {
  if (text !== null) {
    const inner = innerSpan(text);
    return inner.start === inner.end ? [] : [textBlock(OPENING, inner, CLOSING)];
  }
  const texts = (blocks ?? []).filter(
    ({ type, body }) => type === "text" && body !== null && body.end - body.start > 2,
  );
  return texts.length === 0 ? [] : [textBlock(OPENING.trim()), ...texts, textBlock(CLOSING.trim())];
}
