import { packLine } from "../../render/flow.ts";
import { type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { stateSpan } from "../../render/state-word.ts";
import { laneState } from "../../view/row-state.ts";
import { gatewaySec, type HudState, shownData, shownMs } from "../state/hud-state.ts";
import { laneUntil } from "../view/lane-until.ts";

/** Each lane and how it is; with room for it also why. */
export function lanesLine(state: HudState, look: Look, nowMs: number): Line {
  const data = shownData(state);
  if (data.usage === null) return [];
  const nowSec = gatewaySec(data, shownMs(state, nowMs));
  const { view } = data.usage;
  const lanes = Object.entries(view.lanes);
  if (lanes.length === 0) return [];
  const build = (isLong: boolean): Line[] =>
    lanes.map(([name, lane]): Line => {
      const word = stateSpan(laneState(lane, nowSec, laneUntil(name, lane, view)));
      const why = isLong && lane.reason !== undefined ? [span(`: ${lane.reason}`, "dim")] : [];
      return [span(`${name} `), word, ...why, span(" ")];
    });
  const room = look.columns - 2;
  const long = build(true);
  const width = long.flat().reduce((sum, { text }) => sum + text.length, 0) + 2 * long.length;
  return [span(" lanes ", "dim"), ...packLine(width <= room - 7 ? long : build(false), room - 7, look)];
}
