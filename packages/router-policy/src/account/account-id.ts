/** Longer than Claude Code's by far. */
const LONGEST_USER_ID = 2048;
const UUID = /^[0-9a-f-]{36}$/i;
const OLDER_USER_ID = /_account_([0-9a-f-]{36})_/i;

/**
 * The account's own id in `metadata.user_id`, in either form that Claude Code has written: JSON with `account_uuid`, or
 * `user_…_account_UUID_session_UUID`. It stays the same when the login is renewed.
 *
 * @returns `null` where it names none: an API key has no account id.
 */
export function accountId(userId: string | null): string | null {
  if (userId === null || userId.length > LONGEST_USER_ID) return null;
  if (!userId.startsWith("{")) return OLDER_USER_ID.exec(userId)?.[1]?.toLowerCase() ?? null;
  try {
    const value: { account_uuid?: unknown } = JSON.parse(userId);
    const id = value.account_uuid;
    return typeof id === "string" && UUID.test(id) ? id.toLowerCase() : null;
  } catch {
    return null;
  }
}
