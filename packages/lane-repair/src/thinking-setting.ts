import { type Body, findMember, type Member, type Message, madeMember, piecesOf } from "./body/body.ts";
import { JsonReader } from "./body/json-reader.ts";
import { readRuns } from "./body/runs.ts";
import { ascii, CLOSE_BRACE, OPEN_BRACE } from "./bytes/ascii.ts";
import { NameTable } from "./bytes/name-table.ts";
import { type Piece, replaceSpan, type Span } from "./bytes/pieces.ts";
import { readObject, readText } from "./bytes/read-text.ts";
import { isThinking } from "./strip-thinking.ts";

/** The least that Claude's API takes for `thinking.budget_tokens`. */
const LEAST_BUDGET = 1024;

const OFF = ascii('{"type":"disabled"}');
const BUDGET_KEY = new NameTable(["budget_tokens"]);

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
  const type =
    setting?.value === null || setting === null ? null : readObject(body.view, setting.value)?.type;
  const applies = when === "open_tool_turn" ? type === "enabled" : type !== "disabled";
  if (!applies || !lacksThinking(body.messages, when)) return body;
  const kept = body.members.filter((member) => !clearsThinking(body, member));
  if (setting === null) return { ...body, members: [...kept, newSetting()] };
  return { ...body, members: kept.map((member) => (member === setting ? withValue(member, [OFF]) : member)) };
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

function clearsThinking(body: Body, { name, value }: Member): boolean {
  if (name !== "context_management" || value === null) return false;
  // Written anew, for the name may have been spelled with escapes.
  return JSON.stringify(readObject(body.view, value)).includes("clear_thinking");
}

function newSetting(): Member {
  return madeMember("thinking", [ascii('"thinking":'), OFF]);
}

/**
 * Handles a `thinking.budget_tokens` below 1024.
 *
 * - `clamp`: 1024 takes its place; where `max_tokens` is not above that, as `remove`
 * - `remove`: the whole `thinking` is left out. Lost: thinking, for one call.
 */
export function raiseSmallBudget(body: Body, how: "clamp" | "remove"): Body {
  const setting = findMember(body.members, "thinking");
  if (setting === null || setting.value === null) return body;
  const budget = readObject(body.view, setting.value)?.budget_tokens;
  if (typeof budget !== "number" || budget >= LEAST_BUDGET) return body;
  const limit = maxTokens(body);
  const span = findValue(body, setting.value);
  if (how === "remove" || span === null || (limit !== null && limit <= LEAST_BUDGET)) {
    return {
      ...body,
      members: body.members.filter((member) => member !== setting && !clearsThinking(body, member)),
    };
  }
  const pieces = replaceSpan(piecesOf(setting), span, [ascii(String(LEAST_BUDGET))]);
  return {
    ...body,
    members: body.members.map((member) => (member === setting ? { ...setting, pieces } : member)),
  };
}

function maxTokens(body: Body): number | null {
  const member = findMember(body.members, "max_tokens");
  if (member === null || member.value === null) return null;
  const limit = Number(readText(body.view, member.value));
  return Number.isFinite(limit) ? limit : null;
}

/** Where the value of `budget_tokens` stands in an object. */
function findValue({ view }: Body, object: Span): Span | null {
  const reader = new JsonReader(view, object.start);
  let found: Span | null = null;
  if (!reader.enter(OPEN_BRACE)) return null;
  for (let first = true; reader.next(CLOSE_BRACE, first); first = false) {
    const name = reader.key(BUDGET_KEY);
    const start = reader.position;
    reader.skipValue();
    if (name === "budget_tokens") found = { start, end: reader.position };
  }
  return found;
}

function withValue(member: Member, by: readonly Piece[]): Member {
  if (member.value === null) return member;
  return { ...member, value: null, pieces: replaceSpan(piecesOf(member), member.value, by) };
}
