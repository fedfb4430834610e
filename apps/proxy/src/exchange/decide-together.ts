import type { Deps } from "../deps.ts";
import type { SharedCount } from "../shared/shared-count.ts";
import { accountOn, type Decided, decideNext, type Progress } from "./plan.ts";
import { LEASE_MS, type Run, type SendDecision } from "./run.ts";

/**
 * Decides where several gateways share one count. Each round is the same decision as without: taken and reserved here in
 * one step, then put to the count of all. Where that refuses, it has brought the figures that refused, and they decide
 * anew. A refused lane has no room any more, so the rounds come to an end; the last one takes its lane as it is.
 */
export async function decideTogether(
  run: Run,
  progress: Progress,
  shared: SharedCount,
  deps: Deps,
): Promise<Decided> {
  const { rid } = run.accepted;
  const attempt = run.attempts.length + 1;
  const startedMono = deps.clock.monoMs();
  for (let round = 0; ; round += 1) {
    const nowMs = deps.clock.wallMs();
    const decided = decideNext(run.plan, progress, nowMs, deps);
    const { decision } = decided;
    if (decision.kind !== "send") return decided;
    const isLast = round > run.plan.laneIds.length;
    const claim = reserve(run, decided, decision, nowMs, deps);
    const stands = await shared.claim({
      ...claim,
      hasRoom: claim.hasRoom && !isLast,
      proves: isLast ? [] : claim.proves,
      waitedMs: deps.clock.monoMs() - startedMono,
    });
    if (stands || isLast) return decided;
    const refusedMs = deps.clock.wallMs();
    deps.engine.settle(rid, attempt, null, refusedMs);
    deps.book.endProbe(rid, false, refusedMs);
  }
}

/** Nothing is awaited between a decision and its reservation: other requests of this gateway see it at once. */
function reserve(run: Run, decided: Decided, decision: SendDecision, nowMs: number, deps: Deps) {
  const { rid } = run.accepted;
  const lane = accountOn(run.plan, decision.lane);
  const { model, trafficClass } = run.plan.question;
  const attempt = run.attempts.length + 1;
  const predictedTokens = decided.predictions.get(decision.lane)?.countedTokens ?? 0;
  // Before it is reserved, or it would stand in its own way.
  const hasRoom = mustFit(run, deps) && !isBlocked(lane, predictedTokens, run, nowMs, deps);
  const proves = deps.book.unproved(lane, model, nowMs);
  const deadlineMs = nowMs + LEASE_MS;
  deps.engine.reserve({ rid, attempt, lane, model, predicted: predictedTokens, deadlineMs }, nowMs);
  deps.book.takeProbe(lane, model, rid, nowMs);
  return {
    rid,
    attempt,
    lane,
    model,
    trafficClass,
    laneIds: run.plan.laneIds,
    predictedTokens,
    hasRoom,
    proves,
  };
}

/** An operator's word, and the mode that goes by the upstream's alone, do not ask for room. */
function mustFit(run: Run, deps: Deps): boolean {
  return run.plan.pin === null && deps.settings.rerouteMode !== "run2cap";
}

function isBlocked(lane: string, predicted: number, run: Run, nowMs: number, deps: Deps): boolean {
  const { model, trafficClass } = run.plan.question;
  return deps.engine.assess({ lane, model, predicted, nowMs, trafficClass }).blocked;
}
