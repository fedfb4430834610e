import { type Body, type Member, mapMessages } from "./body/body.ts";
import { clearsThinking } from "./turn-thinking-off.ts";

/** Without these no lane takes a request or a message. */
const REQUEST_FIELDS = ["model", "messages"] as const;
const MESSAGE_FIELDS = ["role", "content"] as const;

/**
 * Leaves top-level fields out that the lane does not take, such as `context_management` or `output_config`.
 * What only makes sense beside a field that went goes with it: the choice among tools, context editing that clears
 * thinking. `cache_control` and other fields further inside are left alone. Lost: what the field asked for.
 *
 * @param allowed Names that stay, besides `model` and `messages`.
 */
export function dropFields(body: Body, allowed: readonly string[]): Body {
  const kept = new Set<string | null>([...REQUEST_FIELDS, ...allowed]);
  const members = body.members.filter((member) => kept.has(member.name) && !isLeftBehind(body, member, kept));
  return members.length === body.members.length ? body : { ...body, members };
}

function isLeftBehind(body: Body, member: Member, kept: ReadonlySet<string | null>): boolean {
  const holds = (name: string): boolean => body.members.some((other) => other.name === name);
  if (member.name === "tool_choice") return !kept.has("tools") && holds("tools");
  return !kept.has("thinking") && holds("thinking") && clearsThinking(body, member);
}

/**
 * Does the same with the fields of each message, such as a turn's own `output_config`.
 *
 * @param allowed Names that stay, besides `role` and `content`.
 */
export function dropMessageFields(body: Body, allowed: readonly string[]): Body {
  const kept = new Set<string | null>([...MESSAGE_FIELDS, ...allowed]);
  return mapMessages(body, (message) => {
    const members = message.members.filter(({ name }) => kept.has(name));
    return members.length === message.members.length ? message : { ...message, members, changed: true };
  });
}
