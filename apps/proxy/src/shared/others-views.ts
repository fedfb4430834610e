import type { OthersView, SharedWindow } from "@ccp/quota-engine";
import type { Reservation, Weighed, WindowAsk } from "@ccp/shared-quota";
import type { LaneId } from "@ccp/usage-contract";
import type { Claim } from "./shared-count.ts";
import type { StoreTime } from "./store-time.ts";
import type { WatchedWindow } from "./watched.ts";

/** A window as the engine reckons it, in the store's time. */
export function toAsk(window: SharedWindow, time: StoreTime): WindowAsk {
  const { scope, window: name, lengthMs, bucketMs, sinceMs, ownStart } = window;
  return {
    scope,
    window: name,
    lengthMs,
    bucketMs,
    sinceMs: sinceMs === null ? null : time.toStore(sinceMs),
    ownStart,
  };
}

/** What a claim wants to hold. Where its lane was chosen for its room, the room of each of the lane's windows limits it. */
export function reservationOf(claim: Claim, asked: readonly WatchedWindow[]): Reservation {
  const own = asked.flatMap(({ lane, window }, place) => (lane === claim.lane ? [{ window, place }] : []));
  return {
    scopes: [...new Set(own.map(({ window }) => window.scope))],
    tokens: Math.ceil(claim.predictedTokens),
    limits: claim.hasRoom
      ? own.map(({ window, place }) => ({ window: place, tokens: window.limitTokens }))
      : [],
  };
}

/** What the others use, of one model on one lane. */
export interface PairViews {
  readonly lane: LaneId;
  readonly model: string;
  readonly views: OthersView[];
}

/**
 * What of the store's sums is the others'. Everything this gateway had counted when it asked was told before, and is in
 * them: the rest is theirs.
 *
 * @param atLeast Not all of them have told yet.
 */
export function othersViews(
  asked: readonly WatchedWindow[],
  reply: Weighed,
  time: StoreTime,
  atLeast: boolean,
): PairViews[] {
  const pairs = new Map<string, PairViews>();
  for (const [place, { lane, model, window }] of asked.entries()) {
    const told = reply.windows[place];
    if (told === undefined) continue;
    const key = `${lane}\n${model}`;
    const pair = pairs.get(key) ?? { lane, model, views: [] };
    pairs.set(key, pair);
    pair.views.push({
      scope: window.scope,
      window: window.window,
      usedTokens: Math.max(0, told.usedTokens - window.usedTokens),
      heldTokens: reply.heldByOthers.get(window.scope) ?? 0,
      startMs: told.startMs === null ? null : time.toWall(told.startMs),
      atLeast,
    });
  }
  return [...pairs.values()];
}
