import { modelKey } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import type { SpentLane } from "./fail.ts";
import type { Plan } from "./plan.ts";

/** The lanes of a plan that can take nothing now, with what spent them. */
export function spentLanes(plan: Plan, nowMs: number, deps: Deps): SpentLane[] {
  const spent: SpentLane[] = [];
  for (const lane of plan.laneIds) {
    const mark = deps.book.mark(lane, plan.question.model, nowMs);
    const declared = fullWindow(lane, nowMs, deps);
    if (mark.state === "none" && declared === null) continue;
    const window = declared?.name ?? markedWindow(lane, plan.question.model, nowMs, deps);
    spent.push({ lane, window, untilMs: mark.untilMs ?? declared?.untilMs ?? null });
  }
  return spent;
}

function fullWindow(
  lane: string,
  nowMs: number,
  deps: Deps,
): { name: string; untilMs: number | null } | null {
  const full = deps.engine.laneWindows(lane, nowMs).find((window) => (window.used_pct ?? 0) >= 1);
  if (full === undefined) return null;
  return { name: full.name, untilMs: full.reset_ts === null ? null : full.reset_ts * 1000 };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The name of the window that a refusal spoke of, as people know it: `5h`, `7d`. */
function markedWindow(lane: string, model: string, nowMs: number, deps: Deps): string | null {
  const key = modelKey(model);
  const marks = deps.book.activeMarks(nowMs).filter((mark) => mark.lane === lane);
  const binding = marks.find((mark) => mark.model === null || mark.model === key);
  const lengthMs = binding?.windowMs ?? null;
  if (lengthMs === null) return null;
  return lengthMs % DAY_MS === 0 ? `${lengthMs / DAY_MS}d` : `${lengthMs / HOUR_MS}h`;
}
