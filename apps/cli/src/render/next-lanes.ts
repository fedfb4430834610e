import type { LaneUsage, ModelUsage, UsageView } from "@ccp/usage-contract";
import { gatewayFacts } from "../view/additive-fields.ts";
import type { Picture } from "../view/picture.ts";
import { windowLabel } from "../view/window-name.ts";
import { flowLines } from "./flow.ts";
import { type Line, span } from "./line.ts";
import type { Look } from "./look.ts";
import { percentText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";
import { shortModels } from "./short-model.ts";

/** More would bury the tables; `cc decide` tells of any model. */
const MOST = 12;
const LABEL = "now ";

/**
 * Where each model's next request would go, with the fullest window that is known of it there:
 * `now haiku-4-5 → zai (5h 42%)`. Nothing from a gateway that does not tell, and from one that is down.
 */
export function nextLaneLines({ view, live }: Picture, look: Look): Line[] {
  const told = live ? Object.entries(view.models).filter(([, { would }]) => would !== undefined) : [];
  if (told.length === 0) return [];
  const names = shortModels(told.map(([name]) => name));
  const parts = told.slice(0, MOST).map(([name, model]) => part(names.get(name) ?? name, model, view, look));
  const more = told.length - parts.length;
  const all = more === 0 ? parts : [...parts, [span(`and ${more} more`, "dim")]];
  const lines = flowLines(all, look.columns - LABEL.length, look);
  return lines.map((line, index) => [span(index === 0 ? LABEL : " ".repeat(LABEL.length), "dim"), ...line]);
}

function part(name: string, model: ModelUsage, view: UsageView, look: Look): Line {
  const lane = model.would?.lane ?? null;
  const arrow = look.ascii ? "->" : "→";
  const start = span(`${safeText(name)} ${arrow} `);
  if (lane === null) return [start, span("refused", "block")];
  const laneSpan = span(safeText(lane), lane === model.provider ? "plain" : "warn");
  // A rule would have left this lane.
  if (model.would?.reroute_decision === "no_fallback")
    return [start, laneSpan, span(" (nowhere else to go)", "warn")];
  const fullest = fullestWindow(lane, model, view);
  const share = fullest === null ? "" : ` (${safeText(fullest.window)} ${percentText(fullest.usedPct)})`;
  return [start, laneSpan, span(share, "dim")];
}

interface Fullness {
  readonly window: string;
  readonly usedPct: number;
}

function fullestWindow(lane: string, model: ModelUsage, view: UsageView): Fullness | null {
  const usage = Object.hasOwn(view.lanes, lane) ? view.lanes[lane] : undefined;
  const found = [...(lane === model.provider ? ownWindows(model, view) : []), ...accountWindows(usage)];
  return found.reduce<Fullness | null>(
    (most, one) => (most === null || one.usedPct > most.usedPct ? one : most),
    null,
  );
}

function ownWindows(model: ModelUsage, view: UsageView): Fullness[] {
  const { rollingSec, weeklySec } = gatewayFacts(view);
  return [
    ...fullness(windowLabel(rollingSec), model.rolling_pct),
    ...fullness(windowLabel(weeklySec), model.weekly_pct),
  ];
}

/** A window that the lane does not declare stands for the tightest cap of some model: of another one, maybe. */
function accountWindows(usage: LaneUsage | undefined): Fullness[] {
  return (usage?.windows ?? []).flatMap(({ name, model, source, used_pct }) =>
    model !== undefined || source === "counted" || source === "config" ? [] : fullness(name, used_pct),
  );
}

function fullness(window: string, usedPct: number | null): Fullness[] {
  return usedPct === null ? [] : [{ window, usedPct }];
}
