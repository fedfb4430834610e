import {
  type LaneId,
  modelKey,
  type RerouteDecision,
  rawInput,
  type TokenCounts,
} from "@ccp/usage-contract/core";
import { fingerprint } from "./fingerprint.ts";
import { readSessions, type SavedSession, type SessionBookSnapshot } from "./session-snapshot.ts";

export const MAX_SESSIONS = 10_000;
/** How long a prompt cache lives after its last use. Some live longer; that is not counted on. */
const CACHE_LIFE_MS = 300_000;
/** A session that was not used for so long is not saved. */
const SAVED_FOR_MS = 86_400_000;
/** A time this far ahead was told by another clock setting. */
const AHEAD_MS = 60_000;

/** One answer that a session got. Times are epoch ms. */
export interface SessionUse {
  /** As `sessionKey` names it. */
  readonly session: string;
  /** The model that routes go by: each has a cache of its own. */
  readonly model: string;
  readonly lane: LaneId;
  /** Of the decision that sent the request there. */
  readonly rerouteDecision: RerouteDecision;
  /** What the lane said the request took; `null` when it said nothing. */
  readonly counts: TokenCounts | null;
  /** When the request was sent. */
  readonly startedAtMs: number;
  readonly nowMs: number;
}

/** Where a session stands. */
export interface SessionView {
  readonly lane: LaneId;
  /** Since when it has been on that lane: the start of its first request there. */
  readonly atMs: number;
  /** End of its last request. */
  readonly usedAtMs: number;
  /** All input classes of its last request that were told. */
  readonly inputTokens: number;
  /** How much of that lies in the lane's prompt cache, read or written; 0 once that was not used for 5 minutes. */
  readonly cachedTokens: number;
}

/** Remembers which lane each session is on. It holds at most 10,000 sessions, the latest used. */
export interface SessionBook {
  /**
   * Notes a served answer. Not taken in: a detour by a pause or a failure (`fallback`), after which the session's own
   * lane still holds its cache; and a request that was sent before the session came to its present lane.
   */
  note(use: SessionUse): void;
  /** `null` for no session, or one that nothing is known of. */
  last(session: string | null, model: string, nowMs: number): SessionView | null;
  readonly size: number;
  /** Plain JSON of the sessions of the last day; no session's name is in it. */
  snapshot(nowMs: number): SessionBookSnapshot;
  /** What is held of one session, in the form of the snapshot; `null` for none. */
  saved(session: string, model: string): SavedSession | null;
  /** Puts back what {@link saved} gave. Anything else is passed over. */
  adopt(saved: unknown): void;
  /** Takes the place of all that the book held; rows that are not valid are skipped. Never throws. */
  restore(snapshot: unknown): void;
}

export function createSessionBook(): SessionBook {
  return new Sessions();
}

class Sessions implements SessionBook {
  /** By fingerprint, the latest used last. */
  readonly #sessions = new Map<number, SessionView>();

  get size(): number {
    return this.#sessions.size;
  }

  note(use: SessionUse): void {
    if (use.rerouteDecision === "fallback") return;
    const key = keyOf(use.session, use.model);
    const known = this.#known(key, use.nowMs);
    const moved = known?.lane !== use.lane;
    if (known !== null && moved && use.startedAtMs < known.atMs) return;
    const before = known === null || moved ? null : known;
    this.#put(key, {
      lane: use.lane,
      atMs: before?.atMs ?? use.startedAtMs,
      usedAtMs: use.nowMs,
      inputTokens: use.counts === null ? (before?.inputTokens ?? 0) : rawInput(use.counts),
      cachedTokens: use.counts === null ? (before?.cachedTokens ?? 0) : cachedIn(use.counts),
    });
  }

  last(session: string | null, model: string, nowMs: number): SessionView | null {
    const known = session === null ? null : this.#known(keyOf(session, model), nowMs);
    if (known === null || nowMs - known.usedAtMs < CACHE_LIFE_MS) return known;
    return { ...known, cachedTokens: 0 };
  }

  snapshot(nowMs: number): SessionBookSnapshot {
    const sessions: SavedSession[] = [];
    for (const [key, view] of this.#sessions) {
      if (nowMs - view.usedAtMs < SAVED_FOR_MS) sessions.push({ key, ...view });
    }
    return { version: 1, sessions };
  }

  saved(session: string, model: string): SavedSession | null {
    const key = keyOf(session, model);
    const view = this.#sessions.get(key);
    return view === undefined ? null : { key, ...view };
  }

  adopt(saved: unknown): void {
    for (const { key, ...view } of readSessions({ version: 1, sessions: [saved] })) this.#put(key, view);
  }

  restore(snapshot: unknown): void {
    this.#sessions.clear();
    for (const { key, ...view } of readSessions(snapshot)) this.#put(key, view);
  }

  #known(key: number, nowMs: number): SessionView | null {
    const view = this.#sessions.get(key);
    return view === undefined || view.usedAtMs > nowMs + AHEAD_MS ? null : view;
  }

  #put(key: number, view: SessionView): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, view);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }
}

function keyOf(session: string, model: string): number {
  return fingerprint(`${session}\n${modelKey(model)}`);
}

function cachedIn({ cacheReadTokens, cacheCreationTokens }: TokenCounts): number {
  return cacheReadTokens + cacheCreationTokens;
}
