import { type Body, findMember, piecesOf, replaceMember } from "./body/body.ts";
import { memberValues } from "./body/member-values.ts";
import { jsonString } from "./bytes/ascii.ts";
import { replaceSpan } from "./bytes/pieces.ts";
import { readString } from "./bytes/read-text.ts";

/**
 * Puts another name in the place of `metadata.user_id`, in which Claude Code sends the ids of device, account and
 * session. Nothing is added where there is none. Lost: that the lane can tell users apart by it.
 *
 * @param hide Gives the name that stands for one; asked with "" for what is no text. Answer alike for all requests of a
 *   session: some lanes choose caches by it.
 */
export function redactUserId(body: Body, hide: (userId: string) => string): Body {
  const { view, members } = body;
  const metadata = findMember(members, "metadata");
  if (metadata === null || metadata.value === null) return body;
  const hidden = memberValues(view, metadata.value, "user_id").flatMap((span) => {
    const userId = readString(view, span);
    const name = hide(userId ?? "");
    return name === userId ? [] : [{ span, token: jsonString(name) }];
  });
  if (hidden.length === 0) return body;
  const pieces = hidden.reduce(
    (written, { span, token }) => replaceSpan(written, span, [token]),
    [...piecesOf(metadata)],
  );
  return { ...body, members: replaceMember(members, metadata, { ...metadata, pieces }) };
}
