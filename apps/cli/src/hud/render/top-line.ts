import { asOfText, zonedClockText } from "../../render/clock.ts";
import { packLine, splitLine } from "../../render/flow.ts";
import { type Line, lineWidth, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { spanText } from "../../render/quantity.ts";
import { gatewayFacts } from "../../view/additive-fields.ts";
import { gatewaySec, type HudData, type HudState, shownData, shownMs } from "../state/hud-state.ts";

/** First line: what this is, which gateway, how the link is, and the gateway's time. */
export function topLine(state: HudState, look: Look, nowMs: number): Line {
  const data = shownData(state);
  const view = data.usage?.view ?? null;
  const facts = view === null ? null : gatewayFacts(view);
  const left: Line[] = [
    [span(" ccp hud", "bold")],
    linkSpans(state, look, nowMs),
    ...lastKnown(data, look, nowMs),
    ...(facts?.demo === true ? [[span("DEMO", "warn")]] : []),
    ...(view === null ? [] : [[span(view.reroute_mode)]]),
    ...(view?.failover_paused === true ? [[span("kill switch on", "warn")]] : []),
    [span(state.host, "dim")],
    ...(facts?.uptimeSec == null || state.data.link.kind === "lost"
      ? []
      : [[span(`up ${spanText(facts.uptimeSec)}`, "dim")]]),
  ];
  const clock: Line = [
    span(`${zonedClockText(gatewaySec(data, shownMs(state, nowMs)), look.timeZone)} `, "dim"),
  ];
  return splitLine(packLine(left, look.columns - lineWidth(clock) - 2, look), clock, look.columns, look);
}

/** How old a picture is that was rebuilt from the log. */
function lastKnown({ usage }: HudData, look: Look, nowMs: number): Line[] {
  if (usage === null || usage.fromLogTs === null) return [];
  return [[span(`last known ${asOfText(usage.fromLogTs, nowMs / 1000, look.timeZone)}`)]];
}

/** A filled dot is a link that lives; the word beside it says the same. */
function linkSpans({ ui, data }: HudState, { ascii }: Look, nowMs: number): Line {
  if (ui.paused !== null) {
    const missed = data.ended - ui.paused.data.ended;
    const news = missed === 0 ? "" : `, ${missed} new`;
    return [span(`${ascii ? "||" : "‖"} paused ${spanText((nowMs - ui.paused.atMs) / 1000)}${news}`, "cool")];
  }
  const { link, usage } = data;
  const wasSeen = usage !== null && usage.fromLogTs === null;
  const [full, hollow] = ascii ? ["*", "o"] : ["●", "○"];
  if (link.kind === "connecting") return [span(`${hollow} connecting`, "dim")];
  if (link.kind === "lost" && !wasSeen) return [span(`${hollow} no gateway`, "block")];
  if (link.kind === "lost")
    return [span(`${hollow} lost ${spanText((nowMs - link.sinceMs) / 1000)}`, "block")];
  return data.isStreaming ? [span(`${full} live`, "ok")] : [span(`${full} live, events to come`, "warn")];
}
