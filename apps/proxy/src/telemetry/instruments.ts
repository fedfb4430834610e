import type { Meter } from "@opentelemetry/api";
import type { ScrapeFacts } from "../metrics/metrics.ts";
import { type Attributes, errorType, measuredUsage, seconds, upstreamAttributes } from "./attributes.ts";
import type { ExchangeFacts } from "./exchange-facts.ts";

/** Boundaries as the GenAI conventions advise them. */
const TOKEN_BUCKETS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const SECOND_BUCKETS = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);

export interface Instruments {
  record(facts: ExchangeFacts): void;
}

/**
 * The metrics of finished exchanges, and gauges that are read at each report.
 *
 * @param modelLabel Closes the set of models: clients can ask for any name, and each would be a series.
 */
export function createInstruments(
  meter: Meter,
  modelLabel: (model: string) => string,
  scrape: () => ScrapeFacts,
): Instruments {
  observeGauges(meter, scrape);
  const series = createSeries(meter);
  return {
    record(facts) {
      const { event } = facts;
      const upstream = facts.attempts.at(-1)?.upstream ?? null;
      const model = modelLabel(event.model);
      const common: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        ...upstreamAttributes(upstream),
        ...(facts.sentModel === null ? {} : { "gen_ai.response.model": modelLabel(facts.sentModel) }),
        "ccp.lane": event.lane,
      };
      const error = errorType(event);
      series.duration.record((event.latency_ms ?? 0) / 1000, {
        ...common,
        ...(error === null ? {} : { "error.type": error }),
      });
      const firstChunk = event.op === "stream" ? seconds(event.ttft_ms) : null;
      if (firstChunk !== null) series.firstChunk.record(firstChunk, common);
      recordTokens(series, facts, common);
      for (const attempt of facts.attempts.filter(({ changedLane }) => changedLane))
        series.reroutes.add(1, { "ccp.model": model, "ccp.reroute_decision": attempt.rerouteDecision });
      if (event.wasted_retry_ms > 0) series.wasted.add(event.wasted_retry_ms / 1000, { "ccp.model": model });
    },
  };
}

type Series = ReturnType<typeof createSeries>;

function createSeries(meter: Meter) {
  const histogram = (name: string, unit: string, description: string, boundaries: number[]) =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: boundaries } });
  return {
    tokenUsage: histogram(
      "gen_ai.client.token.usage",
      "{token}",
      "Tokens of an exchange by type, as the upstream reported them; input with its cache classes",
      TOKEN_BUCKETS,
    ),
    duration: histogram(
      "gen_ai.client.operation.duration",
      "s",
      "From the first byte of a request to the last of its answer",
      SECOND_BUCKETS,
    ),
    firstChunk: histogram(
      "gen_ai.client.operation.time_to_first_chunk",
      "s",
      "From the last decision to the first byte of a stream",
      SECOND_BUCKETS,
    ),
    tokens: meter.createCounter("ccp.tokens", { unit: "{token}", description: "Tokens by class" }),
    reroutes: meter.createCounter("ccp.reroutes", { unit: "{reroute}", description: "Changes of lane" }),
    wasted: meter.createCounter("ccp.wasted_retry", {
      unit: "s",
      description: "Time of attempts that another lane made good",
    }),
  };
}

function recordTokens(series: Series, { event }: ExchangeFacts, common: Attributes): void {
  const usage = measuredUsage(event);
  if (usage === null) return;
  series.tokenUsage.record(usage.input, { ...common, "gen_ai.token.type": "input" });
  series.tokenUsage.record(usage.output, { ...common, "gen_ai.token.type": "output" });
  const classes = {
    input: usage.input - usage.cacheRead - usage.cacheCreation,
    output: usage.output,
    cache_read: usage.cacheRead,
    cache_creation: usage.cacheCreation,
  };
  const labels = { "ccp.lane": event.lane, "ccp.model": common["gen_ai.request.model"] ?? "other" };
  for (const [name, count] of Object.entries(classes))
    if (count > 0) series.tokens.add(count, { ...labels, "ccp.token.class": name });
}

/** The state of lanes and windows, by the same reading that a Prometheus scrape gets. */
function observeGauges(meter: Meter, scrape: () => ScrapeFacts): void {
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(name, { unit, description });
  const used = gauge("ccp.quota.used_ratio", "1", "Used share of a window's configured cap");
  const headroom = gauge("ccp.quota.headroom", "{token}", "Counted tokens left in a window");
  const warn = gauge("ccp.quota.warn_ratio", "1", "Share at which a window warns");
  const cooldown = gauge("ccp.quota.cooldown", "s", "Seconds until the model's lane is tried again");
  const ready = gauge("ccp.lane.ready", "1", "1: the lane can be used");
  const dropped = meter.createObservableCounter("ccp.events.dropped", {
    unit: "{event}",
    description: "Log lines lost while the disk refused them",
  });
  meter.addBatchObservableCallback(
    (result) => {
      const facts = scrape();
      for (const quota of facts.quotas) {
        const labels = { "ccp.lane": quota.lane, "ccp.model": quota.model };
        for (const window of quota.windows) {
          const at = { ...labels, "ccp.window": window.name };
          if (window.usedRatio !== null) result.observe(used, window.usedRatio, at);
          if (window.headroomTokens !== null) result.observe(headroom, window.headroomTokens, at);
        }
        result.observe(warn, quota.warnRatio, labels);
        result.observe(cooldown, quota.cooldownSeconds, labels);
      }
      for (const { lane, ready: isReady, state } of facts.lanes)
        result.observe(ready, isReady ? 1 : 0, { "ccp.lane": lane, "ccp.lane.state": state });
      result.observe(dropped, facts.eventsDropped);
    },
    [used, headroom, warn, cooldown, ready, dropped],
  );
}
