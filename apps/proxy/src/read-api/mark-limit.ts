import { laneId, type Mark429Request } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import type { OwnError } from "../http/answer.ts";
import { accountShown } from "../lanes/judge-lanes.ts";

/** A mark of no time would be none. */
const SHORTEST_MARK_MS = 1_000;

/** Marks a model as at its limit, as an upstream's 429 would. @returns What is wrong with the request, or `null`. */
export function markLimit(request: Mark429Request, deps: Deps): OwnError | null {
  const lane = request.lane === undefined ? deps.preferredLane(request.model) : laneId(request.lane);
  if (!deps.lanes.has(lane)) return unknownLane(lane, deps);
  const nowMs = deps.clock.wallMs();
  const waitMs = request.retry_after_sec === undefined ? null : request.retry_after_sec * 1000;
  deps.book.markLimit({
    lane: accountShown(lane, deps),
    model: request.model,
    untilMs: waitMs === null ? null : nowMs + Math.max(SHORTEST_MARK_MS, waitMs),
    windowMs: null,
    cooldownMs: deps.settings.cooldownSec * 1000,
    nowMs,
    byHand: true,
  });
  deps.saveSoon();
  return null;
}

export function unknownLane(lane: string, deps: Pick<Deps, "lanes">): OwnError {
  const known = [...deps.lanes.keys()].join(", ");
  return {
    status: 422,
    type: "invalid_request_error",
    message: `lane: no lane ${lane}; there are ${known}`,
  };
}
