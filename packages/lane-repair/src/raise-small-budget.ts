import { type Body, findMember, piecesOf, replaceMember } from "./body/body.ts";
import { memberValues } from "./body/member-values.ts";
import { ascii } from "./bytes/ascii.ts";
import { replaceSpan } from "./bytes/pieces.ts";
import { readObject, readText } from "./bytes/read-text.ts";
import { clearsThinking } from "./turn-thinking-off.ts";

/** The least that Claude's API takes for `thinking.budget_tokens`. */
const LEAST_BUDGET = 1024;

/**
 * Handles a `thinking.budget_tokens` below 1024.
 *
 * - `clamp`: 1024 takes its place; where `max_tokens` is not above that, as `remove`
 * - `remove`: the whole `thinking` is left out, and context editing that needs it. Lost: thinking, for one call.
 */
export function raiseSmallBudget(body: Body, how: "clamp" | "remove"): Body {
  const { view, members } = body;
  const setting = findMember(members, "thinking");
  if (setting === null || setting.value === null) return body;
  const budget = readObject(view, setting.value)?.budget_tokens;
  if (typeof budget !== "number" || budget >= LEAST_BUDGET) return body;
  if (how === "remove" || maxTokens(body) <= LEAST_BUDGET) {
    return {
      ...body,
      members: members.filter((member) => member !== setting && !clearsThinking(body, member)),
    };
  }
  const pieces = memberValues(view, setting.value, "budget_tokens").reduce(
    (written, span) => replaceSpan(written, span, [ascii(String(LEAST_BUDGET))]),
    [...piecesOf(setting)],
  );
  return { ...body, members: replaceMember(members, setting, { ...setting, pieces }) };
}

/** Without a number, the lane's own limit holds, which is above any budget. */
function maxTokens({ view, members }: Body): number {
  const member = findMember(members, "max_tokens");
  const limit = member === null || member.value === null ? Number.NaN : Number(readText(view, member.value));
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit;
}
