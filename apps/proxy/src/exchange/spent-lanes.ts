import type { Deps } from "../deps.ts";
import type { SpentLane } from "./fail.ts";
import type { Plan } from "./plan.ts";

/** The lanes of a plan that can take nothing now, with what spent them. */
export function spentLanes(plan: Plan, nowMs: number, deps: Deps): SpentLane[] {
  const spent: SpentLane[] = [];
  for (const lane of plan.laneIds) {
    const mark = deps.book.mark(lane, plan.question.model, nowMs);
    const window = spentWindow(lane, nowMs, deps);
    if (mark.state === "none" && window === null) continue;
    spent.push({ lane, window: window?.name ?? null, untilMs: mark.untilMs ?? window?.untilMs ?? null });
  }
  return spent;
}

function spentWindow(
  lane: string,
  nowMs: number,
  deps: Deps,
): { name: string; untilMs: number | null } | null {
  const full = deps.engine.laneWindows(lane, nowMs).find((window) => (window.used_pct ?? 0) >= 1);
  if (full === undefined) return null;
  return { name: full.name, untilMs: full.reset_ts === null ? null : full.reset_ts * 1000 };
}
