import { type Line, span } from "../../render/line.ts";
import { millisText, tokensText } from "../../render/quantity.ts";
import { gatewayFacts } from "../../view/additive-fields.ts";
import { lastFullMinute, lastMinutes, type TokenMinute } from "../data/token-minutes.ts";
import { gatewaySec, shownData, shownMs } from "../state/hud-state.ts";
import { columnChart } from "./column-chart.ts";
import type { DrawnPane, PaneInput, PaneView } from "./pane.ts";

/** Tokens a minute as two charts, for screens with room for them. */
export const tokensPane: PaneView = {
  // It has no rows to select and goes with the speeds beside it.
  pane: "speeds",
  title: "tokens per minute",
  wants: () => 10,
  draw: drawTokens,
};

const LABEL_WIDTH = 12;

function drawTokens({ state, look, height, nowMs }: PaneInput): DrawnPane {
  const data = shownData(state);
  const nowSec = gatewaySec(data, shownMs(state, nowMs));
  const minutes = lastMinutes(data.minutes, nowSec, look.columns - LABEL_WIDTH - 2);
  const full = lastFullMinute(data.minutes, nowSec);
  const rows = Math.max(1, Math.floor((height - 1) / 2));
  const chart = (
    label: string,
    now: number,
    read: (one: TokenMinute) => number,
    tone: "cool" | "plain",
  ): Line[] => {
    const values = minutes.map(read);
    const bars = columnChart({
      values,
      top: Math.max(...values),
      height: rows,
      width: 1,
      gap: 0,
      ascii: look.ascii,
    });
    const labels = [`${label} ${tokensText(now)}`, `top ${tokensText(Math.max(...values))}`];
    return bars.map((bar, index): Line => {
      return [
        span(` ${(labels[index] ?? "").padEnd(LABEL_WIDTH)}`, index === 0 ? "plain" : "dim"),
        span(bar, tone),
      ];
    });
  };
  const facts = data.usage === null ? null : gatewayFacts(data.usage.view);
  const rerouted = facts?.rerouted == null ? "" : `rerouted ${facts.rerouted}  `;
  const wasted = facts?.wastedRetryMs == null ? "" : `wasted ${millisText(facts.wastedRetryMs)}`;
  return {
    lines: [
      ...chart("in", full.input, (one) => one.input, "cool"),
      ...chart("out", full.output, (one) => one.output, "plain"),
      [span(` ${rerouted}${wasted}`, "dim")],
    ],
    note: `${minutes.length} minutes`,
  };
}
