import { sparkText } from "../../render/bar.ts";
import { packLine } from "../../render/flow.ts";
import { type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { millisText, tokensText } from "../../render/quantity.ts";
import { gatewayFacts } from "../../view/additive-fields.ts";
import { lastFullMinute, lastMinutes } from "../data/token-minutes.ts";
import { gatewaySec, type HudState, shownData, shownMs } from "../state/hud-state.ts";

const MIN_SPARK = 10;
const MAX_SPARK = 60;

/** `tokens/min ▁▂▃▅  in 41.2k  out 3.9k   rerouted 14   wasted 3.2s` */
export function activityLine(state: HudState, look: Look, nowMs: number): Line {
  const data = shownData(state);
  const nowSec = gatewaySec(data, shownMs(state, nowMs));
  const { input, output } = lastFullMinute(data.minutes, nowSec);
  // Without a gateway nothing is known, and nothing known is not 0.
  const isKnown = data.link.kind === "live" || data.ended > 0;
  const facts = data.usage === null ? null : gatewayFacts(data.usage.view);
  const dropped = data.metrics?.dropped ?? 0;
  const parts: Line[] = [
    [span("in ", "dim"), span(isKnown ? tokensText(input) : "?")],
    [span("out ", "dim"), span(isKnown ? tokensText(output) : "?")],
    ...(facts?.rerouted == null ? [] : [[span(" rerouted ", "dim"), span(String(facts.rerouted))]]),
    ...(facts?.wastedRetryMs == null
      ? []
      : [[span(" wasted ", "dim"), span(millisText(facts.wastedRetryMs))]]),
    ...(dropped > 0 ? [[span(` log lost ${dropped} lines`, "warn")]] : []),
  ];
  const head = " tokens/min ";
  const right = packLine(parts, look.columns - head.length - MIN_SPARK - 4, look);
  const used = right.reduce((sum, { text }) => sum + text.length, 0);
  const count = Math.min(MAX_SPARK, Math.max(MIN_SPARK, look.columns - head.length - used - 4));
  const minutes = lastMinutes(data.minutes, nowSec, count);
  const spark = sparkText(
    minutes.map((one) => (isKnown ? one.input + one.output : null)),
    look.ascii,
  );
  return [span(head, "dim"), span(spark, "cool"), span("  "), ...right];
}
