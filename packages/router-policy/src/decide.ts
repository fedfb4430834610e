import { chooseLane, isSurelyOpen } from "./choose-lane.ts";
import { decideNext } from "./decide-next.ts";
import { decideKillSwitch, decideManual } from "./decide-pinned.ts";
import type { Decision } from "./decision.ts";
import { heldLane, stayAtWarn, stayAway } from "./hold-session.ts";
import { isPaused } from "./lane-state.ts";
import {
  cannotAsk,
  giveUp,
  noOtherIsUsable,
  refuse,
  sendElsewhere,
  sendForWantOfOthers,
  sendPreferred,
} from "./outcome.ts";
import { renderWait } from "./render-wait.ts";
import type { LaneFacts, RoutingSnapshot } from "./routing-snapshot.ts";
import { applyMode, isEveryLaneSpent, mayGoTo, type Situation, toSituation } from "./situation.ts";

const FALLBACK = { decision: "fallback", rerouteDecision: "fallback" } as const;

/**
 * Decides which lane takes a request: the one rule book of live traffic, dry runs and replays.
 *
 * A first attempt goes by the rules of the mode; an attempt after a limit or a failure goes to the next lane. A lane
 * that is unusable or was tried is never chosen. Only what a lane stated (a limit, a window declared spent) refuses a
 * request, and only where the route has a usable lane beside the preferred one: with none, the upstream's own answer
 * reaches the client. Our own count never refuses.
 *
 * With a `session`, a first attempt does not change lanes without need: within the dwell the session stays on a fallback
 * that is open though the preferred lane is open again, and on a preferred lane that is only past its warn threshold;
 * and it leaves such a lane later only if the move pays for its lost prompt cache.
 *
 * @param nowMs Wall clock, epoch ms: the instant at which the facts were taken.
 * @throws {RangeError} When the snapshot has no lane: a caller's mistake.
 * @example
 * decide({ mode: "hybrid", preemptAt: "block", pin: null, lanes: [zaiWithoutRoom, anthropic], after: null }, nowMs);
 * // => { kind: "send", lane: "anthropic", decision: "reroute_policy", rerouteDecision: "quota_block", … }
 */
export function decide(snapshot: RoutingSnapshot, nowMs: number): Decision {
  const situation = toSituation(snapshot, nowMs);
  if (snapshot.pin === "kill_switch") return decideKillSwitch(situation);
  if (snapshot.pin === "manual") return decideManual(situation);
  if (snapshot.after !== null) return decideNext(situation, snapshot.after);
  if (!mayGoTo(snapshot, situation.preferred)) return decideWithoutPreferred(situation);
  return decideFirst(situation);
}

function decideFirst(situation: Situation): Decision {
  const { preferred, others, nowMs } = situation;
  const held = heldLane(situation);
  const choice = chooseLane(others, nowMs, held);
  const verdict = stayAtWarn(situation, applyMode(situation), choice);
  if (verdict.leave) {
    return choice === null
      ? sendOrRefuse(situation, verdict.reason)
      : sendElsewhere(situation, choice, { ...verdict, decision: "reroute_policy" });
  }
  if (choice !== null && preferred.mayBeTooSmall === true && isSurelyOpen(choice.lane, nowMs)) {
    const reason = `${preferred.lane} may be too small for the conversation`;
    return sendElsewhere(situation, choice, { ...FALLBACK, reason });
  }
  if (!isPaused(preferred, nowMs)) {
    const away = stayAway(situation, held);
    return away === null ? sendPreferred(situation, verdict) : sendElsewhere(situation, away, away);
  }
  const reason = `${preferred.lane} is paused for another ${renderWait((preferred.pausedUntilMs ?? nowMs) - nowMs)}`;
  return choice === null || opensNoSooner(choice.lane, preferred, nowMs)
    ? sendOrRefuse(situation, reason)
    : sendElsewhere(situation, choice, { ...FALLBACK, reason });
}

/** The preferred lane cannot be asked at all; the rules of the modes do not speak of that. */
function decideWithoutPreferred(situation: Situation): Decision {
  const { preferred, others, nowMs } = situation;
  const choice = chooseLane(others, nowMs, heldLane(situation));
  const reason = cannotAsk(preferred);
  if (choice !== null) return sendElsewhere(situation, choice, { ...FALLBACK, reason });
  return isEveryLaneSpent(situation)
    ? refuse(situation)
    : giveUp(`${reason}, and ${noOtherIsUsable(situation)}.`);
}

function sendOrRefuse(situation: Situation, why: string): Decision {
  return isEveryLaneSpent(situation) ? refuse(situation) : sendForWantOfOthers(situation, why);
}

/** Both are paused: leaving pays only for the one that opens first. */
function opensNoSooner(choice: LaneFacts, preferred: LaneFacts, nowMs: number): boolean {
  return isPaused(choice, nowMs) && (choice.pausedUntilMs ?? 0) >= (preferred.pausedUntilMs ?? 0);
}
