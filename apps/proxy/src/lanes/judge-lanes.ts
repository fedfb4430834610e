import { createJudge, type Judge } from "@ccp/router-policy";
import type { LaneId, LaneWindow } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { laneUnusable } from "./lane-runtime.ts";

/**
 * What every surface of the gateway says of its lanes, by the facts that the router goes by.
 *
 * @param predicted Counted tokens that a request would take on a lane; without it only what is used counts.
 * @param account Where the state of the asking account is kept; without it, of whoever was there last.
 */
export function judgeLanes(
  nowMs: number,
  { book, engine, lanes, quotas, accounts }: Deps,
  predicted: (lane: LaneId) => number = () => 0,
  account: (lane: LaneId) => LaneId = (lane) => accountShown(lane, { lanes, accounts }),
): Judge {
  const { rollingMs, weeklyMs } = quotas.current().config;
  return createJudge({
    book,
    account,
    off: (lane) => laneUnusable(lanes.get(lane)),
    room: (lane, model) =>
      engine.assess({ lane, model, predicted: predicted(lane), nowMs, trafficClass: "main" }),
    declared: (lane) => engine.laneWindows(lane, nowMs).filter(isDeclared),
    windows: { rollingMs, weeklyMs },
    clock: (atMs) => `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    nowMs,
  });
}

/** Whose state of a lane is shown: where logins pass through, that of who was there last. A dry run asks for the same. */
export function accountShown(lane: LaneId, { lanes, accounts }: Pick<Deps, "lanes" | "accounts">): LaneId {
  return lanes.get(lane)?.lane.auth.headerMode === "passthrough" ? accounts.latest(lane) : lane;
}

/** The others stand for the tightest cap of a model, which has a verdict of its own. */
function isDeclared({ source }: LaneWindow): boolean {
  return source !== "counted" && source !== "config";
}
