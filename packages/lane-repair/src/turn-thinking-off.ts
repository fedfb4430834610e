import {
  type Body,
  findMember,
  type Member,
  type Message,
  madeMember,
  piecesOf,
  replaceMember,
} from "./body/body.ts";
import { readRuns } from "./body/runs.ts";
import { ascii } from "./bytes/ascii.ts";
import { replaceSpan } from "./bytes/pieces.ts";
import { readObject } from "./bytes/read-text.ts";
import { isThinking } from "./strip-thinking.ts";

const OFF = ascii('{"type":"disabled"}');
const NEW_SETTING = madeMember("thinking", [ascii('"thinking":'), OFF]);

/**
 * Turns thinking off for this one request where its history lacks thinking that the lane insists on, as it does after
 * another lane's was taken out. Lost: thinking, for one call.
 *
 * - `open_tool_turn`: `thinking.type` is `enabled`, and the turn whose tool results are being sent does not begin with
 *   thinking.
 * - `any_tool_turn`: any of the assistant's turns that called a tool is without thinking. Holds for lanes that think
 *   unless told otherwise, so a missing `thinking` is added.
 *
 * A `context_management` that speaks of `clear_thinking` goes with it: it is refused where thinking is off.
 */
export function turnThinkingOff(body: Body, when: "open_tool_turn" | "any_tool_turn"): Body {
  if (body.messages === null) return body;
  const setting = findMember(body.members, "thinking");
  const value = setting?.value ?? null;
  const type = value === null ? undefined : readObject(body.view, value)?.type;
  const applies = when === "open_tool_turn" ? type === "enabled" : type !== "disabled";
  if (!applies || !lacksThinking(body.messages, when)) return body;
  const kept = body.members.filter((member) => !clearsThinking(body, member));
  if (setting === null || value === null) return { ...body, members: [...kept, NEW_SETTING] };
  const off: Member = { ...setting, value: null, pieces: replaceSpan(piecesOf(setting), value, [OFF]) };
  return { ...body, members: replaceMember(kept, setting, off) };
}

function lacksThinking(messages: readonly Message[], when: "open_tool_turn" | "any_tool_turn"): boolean {
  const runs = readRuns(messages).map(({ role, at }) => ({
    role,
    blocks: at.flatMap((index) => messages[index]?.blocks ?? []),
  }));
  if (when === "any_tool_turn") {
    return runs.some(
      ({ role, blocks }) =>
        role === "assistant" && blocks.some(({ type }) => type === "tool_use") && !blocks.some(isThinking),
    );
  }
  const [asked, answered] = runs.slice(-2);
  if (asked?.role !== "assistant" || answered?.role !== "user") return false;
  const opening = asked.blocks[0];
  const beginsWithThinking = opening !== undefined && isThinking(opening);
  return !beginsWithThinking && answered.blocks.some(({ type }) => type === "tool_result");
}

/** Whether a member is context editing that needs thinking. */
export function clearsThinking(body: Body, { name, value }: Member): boolean {
  if (name !== "context_management" || value === null) return false;
  // Written anew, for the name may have been spelled with escapes.
  return JSON.stringify(readObject(body.view, value)).includes("clear_thinking");
}
