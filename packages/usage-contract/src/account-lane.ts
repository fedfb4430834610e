import type { LaneId } from "./words.ts";

const SEPARATOR = "#";
/** Hex digits of an account's short hash. */
export const ACCOUNT_LENGTH = 8;

/**
 * Names the state of one account on a lane: limits, windows and counts of a lane that takes each client's own login are
 * each client's own. The first account a lane has seen is the lane itself, so that one person alone never meets the
 * difference.
 *
 * @param account Short hash, {@link ACCOUNT_LENGTH} hex digits; `null`: the first account.
 * @example
 * accountLane("anthropic", "9f2c41d0"); // => "anthropic#9f2c41d0"
 */
export function accountLane(lane: LaneId, account: string | null): LaneId {
  return account === null ? lane : `${lane}${SEPARATOR}${account}`;
}

/** The lane that an account's state belongs to; a plain lane as it is. */
export function laneOfAccount(key: LaneId): LaneId {
  const at = separatorIn(key);
  return at < 0 ? key : key.slice(0, at);
}

/** The short hash in such a name; `null` for a plain lane. */
export function accountOf(key: LaneId): string | null {
  const at = separatorIn(key);
  return at < 0 ? null : key.slice(at + 1);
}

/** By its place, since it is asked for on the request path. */
function separatorIn(key: LaneId): number {
  const at = key.length - ACCOUNT_LENGTH - 1;
  return at > 0 && key[at] === SEPARATOR ? at : -1;
}
