import { DECISION_RING_SIZE, type DecisionSample, type LiveEvent, type UsageView } from "@ccp/usage-contract";
import { gatewayFacts } from "../../view/additive-fields.ts";
import { applyUsageEvent, cutExchanges } from "../data/exchanges.ts";
import { addTokens } from "../data/token-minutes.ts";
import type { HudEvent } from "./hud-event.ts";
import type { HudData, HudState, SeenUsage } from "./hud-state.ts";
import { reduceKey } from "./reduce-key.ts";

/**
 * The next state of the screen.
 *
 * @param nowMs This machine's clock when the event came, epoch ms.
 */
export function reduceHud(state: HudState, event: HudEvent, nowMs: number): HudState {
  if (event.kind === "key") return reduceKey(state, event.key, nowMs);
  return { ...state, data: reduceData(state.data, event, nowMs) };
}

function reduceData(data: HudData, event: Exclude<HudEvent, { kind: "key" }>, nowMs: number): HudData {
  switch (event.kind) {
    case "usage":
      return { ...data, link: { kind: "live" }, usage: seeUsage(data.usage, event.view, nowMs) };
    case "known":
      return { ...data, usage: { view: event.view, atMs: nowMs, clockRate: 1, fromLogTs: event.asOfTs } };
    case "metrics":
      return { ...data, metrics: event.metrics };
    case "ready":
      return { ...data, ready: event.ready };
    case "samples":
      return { ...data, samples: mergeSamples(data.samples, event.samples) };
    case "live":
      return applyLive(data, event.event);
    case "stream":
      return { ...data, isStreaming: event.isOpen };
    case "restarted":
      return { ...data, exchanges: cutExchanges(data.exchanges) };
    case "lost":
      // The age counts from when the gateway was last heard.
      return data.link.kind === "lost"
        ? { ...data, link: { ...data.link, why: event.why } }
        : {
            ...data,
            isStreaming: false,
            ready: null,
            link: { kind: "lost", sinceMs: lastHeardMs(data, nowMs), why: event.why },
          };
    default:
      event satisfies never;
      return data;
  }
}

function lastHeardMs({ usage }: HudData, nowMs: number): number {
  return usage === null || usage.fromLogTs !== null ? nowMs : usage.atMs;
}

function seeUsage(before: SeenUsage | null, view: UsageView, nowMs: number): SeenUsage {
  const isFast = gatewayFacts(view).demo && before !== null && before.fromLogTs === null;
  const clockRate = isFast ? (measureRate(before, view.ts, nowMs) ?? before.clockRate) : 1;
  return { view, atMs: nowMs, clockRate, fromLogTs: null };
}

/** A demo's clock runs faster. Measured, so that countdowns between two views do not stand still and jump. */
function measureRate(before: SeenUsage, ts: number, nowMs: number): number | null {
  const passedSec = (nowMs - before.atMs) / 1000;
  const rate = (ts - before.view.ts) / passedSec;
  return passedSec >= 0.5 && rate > 0 && rate < 10_000 ? rate : null;
}

function applyLive(data: HudData, event: LiveEvent): HudData {
  if (event.name === "sample") return { ...data, samples: mergeSamples(data.samples, [event.data]) };
  const { exchanges, isNewEnd } = applyUsageEvent(data.exchanges, event.data);
  if (!isNewEnd) return { ...data, exchanges };
  return { ...data, exchanges, minutes: addTokens(data.minutes, event.data), ended: data.ended + 1 };
}

/** Samples come as a list at first and one by one later, and some of them twice. */
function mergeSamples(
  known: readonly DecisionSample[],
  more: readonly DecisionSample[],
): readonly DecisionSample[] {
  const ids = new Set(known.map(({ id }) => id));
  const fresh = more.filter(({ id }) => !ids.has(id));
  if (fresh.length === 0) return known;
  return [...fresh, ...known].sort((a, b) => b.ts - a.ts).slice(0, DECISION_RING_SIZE);
}
