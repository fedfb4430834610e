import type { ModeFigures } from "./replay/mode-tally.ts";
import type { SimulationView } from "./simulation-view.ts";

/** The body of `cc simulate --json`. Times are RFC 3339, ratios 0..1, tokens whole. */
export function simulationJson(view: SimulationView): object {
  return {
    schema: "ccp.simulate/1",
    log: {
      path: view.log,
      from: new Date(view.fromMs).toISOString(),
      to: new Date(view.toMs).toISOString(),
      events: view.lines.events,
      skipped_lines: view.lines.skipped,
      duplicates: view.lines.duplicates,
      unfinished: view.lines.unfinished,
      reroute_modes: view.recordedModes,
    },
    quotas: view.quotas,
    catalog: view.catalog,
    cooldown_seconds: view.cooldownSec,
    preempt_at: view.preemptAt,
    assumed: assumedJson(view),
    recorded: figuresJson(view.recorded),
    modes: Object.fromEntries([...view.modes].map(([mode, figures]) => [mode, figuresJson(figures)])),
  };
}

function assumedJson(view: SimulationView): object {
  return {
    caps: view.caps.map((cap) => ({
      lane: cap.lane,
      binds: cap.kind,
      name: cap.name,
      window: cap.window,
      capacity_tokens: Math.round(cap.capacityTokens),
      configured_tokens: cap.configuredTokens,
      source: cap.source,
      samples: cap.samples,
    })),
    uncapped_lanes: view.uncapped,
    wasted_attempts: view.losses.map(({ lane, lostMs, samples }) => ({
      lane,
      ms: round(lostMs),
      source: samples > 0 ? "median" : "default",
      samples,
    })),
    lanes_naming_resets: view.namingEnds,
    lanes_with_whole_windows: view.wholeWindows,
    unexplained_limits: view.foreignLimits,
    unserved_requests: view.unserved,
    models_with_earlier_usage: view.earlierModels,
    pinned_requests: view.pinned,
    requests_on_other_lanes: view.misrouted,
    unusable_lanes: Object.fromEntries(view.unusable),
  };
}

function figuresJson(figures: ModeFigures): object {
  return {
    requests: figures.requests,
    kept: figures.kept,
    rerouted: figures.rerouted,
    refused: figures.refused,
    reroutes: Object.fromEntries([...figures.reroutes].sort(byName)),
    overshoots: figures.overshoots,
    wasted_retry_ms: round(figures.wastedMs),
    lanes: Object.fromEntries(
      [...figures.lanes].sort(byName).map(([lane, spent]) => [
        lane,
        {
          requests: spent.requests,
          counted_tokens: Math.round(spent.countedTokens),
          input_tokens: spent.inputTokens,
          output_tokens: spent.outputTokens,
          cache_creation_tokens: spent.cacheCreationTokens,
          cache_read_tokens: spent.cacheReadTokens,
        },
      ]),
    ),
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
