import type { LaneUsage } from "@ccp/usage-contract";
import { type Line, lineWidth, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { stateSpan } from "../../render/state-word.ts";
import { laneState } from "../../view/row-state.ts";
import { gatewaySec, type HudState, shownData, shownMs } from "../state/hud-state.ts";

/** Each lane and how it is; with room for it also why. */
export function lanesLine(state: HudState, look: Look, nowMs: number): Line {
  const data = shownData(state);
  if (data.usage === null) return [];
  const nowSec = gatewaySec(data, shownMs(state, nowMs));
  const { view } = data.usage;
  const entries = Object.entries(view.lanes);
  // Lanes that somebody has no key for are the first to be left out.
  const lanes = [...entries.filter(([, lane]) => !isOff(lane)), ...entries.filter(([, lane]) => isOff(lane))];
  if (lanes.length === 0) return [];
  const build = (isLong: boolean): Line[] =>
    lanes.map(([name, lane]): Line => {
      const word = stateSpan(laneState(lane, nowSec));
      const why = isLong && lane.reason !== undefined ? [span(`: ${lane.reason}`, "dim")] : [];
      return [span(`${name} `), word, ...why, span(" ")];
    });
  const head = span(" lanes ", "dim");
  const room = look.columns - lineWidth([head]) - 2;
  const long = joined(build(true));
  return [head, ...(lineWidth(long) <= room ? long : packCounted(build(false), room))];
}

function isOff({ state }: LaneUsage): boolean {
  return state === "disabled";
}

function joined(parts: readonly Line[]): Line {
  return parts.flatMap((part, index) => (index === 0 ? part : [span("  "), ...part]));
}

/** As many lanes as fit, and how many more there are. */
function packCounted(parts: readonly Line[], room: number): Line {
  for (let shown = parts.length; shown > 0; shown -= 1) {
    const hidden = parts.length - shown;
    const more: Line[] = hidden === 0 ? [] : [[span(`+${hidden} more`, "dim")]];
    const line = joined([...parts.slice(0, shown), ...more]);
    if (lineWidth(line) <= room) return line;
  }
  return [span(`${parts.length}`, "dim")];
}
