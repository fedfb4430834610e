import type { LaneId } from "@ccp/usage-contract";
import { DeclaredWindows } from "../assess/declared-windows.ts";
import { UnitBook } from "../calibration/unit-learner.ts";
import { PerByte } from "../predict/per-byte.ts";
import { COLUMNS } from "../window/columns.ts";

/** What is known of one lane as a whole. */
export interface LaneState {
  readonly lane: LaneId;
  readonly declared: DeclaredWindows;
  readonly units: UnitBook;
  /** Raw classes counted on the lane since the engine was made; never expire. */
  readonly totals: Float64Array;
  /** The same in counted tokens, by the default weights. */
  countedTokens: number;
  /** Counted tokens that leases hold on the lane. */
  reserved: number;
  /** Of all its models together: what one is estimated with that was not seen yet. */
  readonly perByte: PerByte;
}

export function createLaneState(lane: LaneId): LaneState {
  return {
    lane,
    declared: new DeclaredWindows(),
    units: new UnitBook(),
    totals: new Float64Array(COLUMNS),
    countedTokens: 0,
    reserved: 0,
    perByte: new PerByte(),
  };
}
