import type { LaneId } from "@ccp/usage-contract";
import type { LaneBook } from "./book/lane-book.ts";
import type { LaneFacts } from "./routing-snapshot.ts";

/** What a count says of the room on a lane for one request. Structural: an assessment of any engine fits. */
export type LaneRoom = Pick<LaneFacts, "warned" | "blocked" | "spentUntilMs" | "headroomTokens">;

/** One lane, asked for one request at one instant. */
export interface LaneQuestion {
  readonly lane: LaneId;
  /** Where the state of the asking account is kept, see `accountLane`; absent: under the lane itself. */
  readonly account?: LaneId;
  /** The model that routes and marks go by. */
  readonly model: string;
  /** Counted tokens that the request is expected to take there. */
  readonly predictedTokens: number;
  /** A clause for people; `null` when the lane can be asked. */
  readonly unusableReason: string | null;
  /** See {@link LaneFacts.mayBeTooSmall}. */
  readonly mayBeTooSmall?: boolean;
  /** Whether this request has been there already. */
  readonly tried: boolean;
  readonly room: LaneRoom;
  /** Epoch ms. */
  readonly nowMs: number;
}

/**
 * Puts together what a decision needs to know of a lane: the room that was counted, and what the book remembers.
 * Live traffic, dry runs and replays all fill their snapshots with it, so that none can see a lane differently.
 *
 * @example
 * const room = engine.assess({ lane: "zai", model, predicted: 900, nowMs });
 * laneFacts({ lane: "zai", model, predictedTokens: 900, unusableReason: null, tried: false, room, nowMs }, book);
 */
export function laneFacts(question: LaneQuestion, book: Pick<LaneBook, "mark" | "pausedUntil">): LaneFacts {
  const { lane, account = lane, model, room, nowMs } = question;
  return {
    lane,
    usable: question.unusableReason === null,
    unusableReason: question.unusableReason,
    tried: question.tried,
    mark: book.mark(account, model, nowMs),
    pausedUntilMs: book.pausedUntil(account, nowMs),
    warned: room.warned,
    blocked: room.blocked,
    spentUntilMs: room.spentUntilMs,
    headroomTokens: room.headroomTokens,
    predictedTokens: question.predictedTokens,
    ...(question.mayBeTooSmall === true && { mayBeTooSmall: true }),
  };
}
