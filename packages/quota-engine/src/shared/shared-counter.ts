import type { Ledger } from "../ledger/ledger.ts";
import type { Instant } from "../window/logical-clock.ts";
import {
  observeOthers,
  othersUsed,
  sharedCosts,
  sharedSeries,
  sharedWindows,
  standAlone,
} from "./shared-count.ts";
import type { SharedCounter } from "./shared-types.ts";

/** @param ledger The one in force: a restore puts another in its place. @param at The engine's instant of a wall time. */
export function createSharedCounter(ledger: () => Ledger, at: (nowMs: number) => Instant): SharedCounter {
  return {
    windows({ lane, model, nowMs, trafficClass = "main" }) {
      const instant = at(nowMs);
      return sharedWindows(ledger(), ledger().find(model), lane, trafficClass, instant);
    },
    costs: (record) => sharedCosts(ledger(), record),
    series(nowMs) {
      const instant = at(nowMs);
      return sharedSeries(ledger(), instant);
    },
    observeOthers(lane, model, views, gateways, nowMs) {
      const instant = at(nowMs);
      ledger().otherGateways = Math.max(0, gateways - 1);
      observeOthers(ledger(), ledger().find(model), lane, views, instant);
    },
    usedByOthers(lane, model, nowMs) {
      const instant = at(nowMs);
      return othersUsed(ledger(), ledger().find(model), lane, instant);
    },
    standAlone(gateways, nowMs) {
      const theirShare = gateways > 1 ? (gateways - 1) / gateways : 0;
      const instant = at(nowMs);
      standAlone(ledger(), theirShare, instant);
    },
  };
}
