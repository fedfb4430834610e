import { type Body, findMember, piecesOf } from "./body/body.ts";
import { JsonReader } from "./body/json-reader.ts";
import { CLOSE_BRACE, jsonString, OPEN_BRACE } from "./bytes/ascii.ts";
import { NameTable } from "./bytes/name-table.ts";
import { replaceSpan, type Span } from "./bytes/pieces.ts";
import { readString } from "./bytes/read-text.ts";

const USER_ID_KEY = new NameTable(["user_id"]);

/**
 * Puts another name in the place of `metadata.user_id`, in which Claude Code sends the ids of device, account and
 * session. Nothing is added where there is none. Lost: that the lane can tell users apart by it.
 *
 * @param userId Written as it is. Give the same one for all requests of a session: some lanes choose caches by it.
 */
export function redactUserId(body: Body, userId: string): Body {
  const metadata = findMember(body.members, "metadata");
  if (metadata === null || metadata.value === null) return body;
  const found = userIds(body, metadata.value).filter((span) => readString(body.view, span) !== userId);
  if (found.length === 0) return body;
  const token = jsonString(userId);
  const pieces = found.reduce(
    (written, span) => replaceSpan(written, span, [token]),
    [...piecesOf(metadata)],
  );
  return {
    ...body,
    members: body.members.map((member) => (member === metadata ? { ...metadata, pieces } : member)),
  };
}

/** All of them, should the key stand twice. */
function userIds({ view }: Body, object: Span): Span[] {
  const reader = new JsonReader(view, object.start);
  const found: Span[] = [];
  if (!reader.enter(OPEN_BRACE)) return found;
  for (let first = true; reader.next(CLOSE_BRACE, first); first = false) {
    const name = reader.key(USER_ID_KEY);
    const start = reader.position;
    reader.skipValue();
    if (name === "user_id") found.push({ start, end: reader.position });
  }
  return found;
}
