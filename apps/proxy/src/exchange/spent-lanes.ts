import type { Deps } from "../deps.ts";
import { judgeLanes } from "../lanes/judge-lanes.ts";
import type { SpentLane } from "./fail.ts";
import { accountOn, type Plan } from "./plan.ts";

/** The lanes of a plan that can take nothing now, with what spent them. */
export function spentLanes(plan: Plan, nowMs: number, deps: Deps): SpentLane[] {
  const { laneIds, question } = plan;
  const judge = judgeLanes(nowMs, deps, undefined, (lane) => accountOn(plan, lane));
  return laneIds.flatMap((lane) => {
    const { state, window, untilMs } = judge.model(lane, question.model);
    return state === "cooldown" || state === "block" ? [{ lane, window, untilMs }] : [];
  });
}
