import { notReadyReason, renderAlerts } from "../../render/alerts.ts";
import { cutLine, type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { type HudState, shownData } from "../state/hud-state.ts";

/** What stops the gateway from doing its work, one line each; as a rule there is nothing. */
export function alertLines(state: HudState, look: Look): Line[] {
  const { ready, usage } = shownData(state);
  const reason = ready === null ? null : notReadyReason(ready);
  const lines: Line[] = [
    ...(reason === null ? [] : [[span("NOT READY", "block"), span(`  ${reason}`)]]),
    // The first line tells of the rest, as far as it matters here.
    ...(usage === null ? [] : renderAlerts(usage).filter(([word]) => word?.tone === "block")),
  ];
  return lines.map((line) => cutLine([span(" "), ...line], look.columns, look));
}
