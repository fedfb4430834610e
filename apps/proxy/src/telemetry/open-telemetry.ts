import { hostname } from "node:os";
import type { OtelSettings } from "@ccp/usage-contract";
import type { Meter, Tracer } from "@opentelemetry/api";
import type { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { TracerProvider } from "@opentelemetry/sdk-trace";
import type { Notice } from "../deps.ts";
import { scrapeFacts } from "../read-api/scrape-facts.ts";
import { type ExchangeFacts, exchangeFacts } from "./exchange-facts.ts";
import { createInstruments, type Instruments } from "./instruments.ts";
import { loadSdk, missingPackage, OTEL_INSTALL, type OtelSdk } from "./load-sdk.ts";
import { recordSpans } from "./record-spans.ts";
import type { Telemetry } from "./telemetry.ts";
import { watchExporter } from "./watch-exporter.ts";

const SCOPE = "ccp";
/** Longest text of an attribute: a model's name comes from the client. */
const MAX_TEXT_CHARS = 512;

export interface OpenTelemetryOptions {
  readonly otel: OtelSettings;
  readonly version: string;
  readonly notice: Notice;
  /** Default: the packages as they are installed. */
  readonly load?: () => Promise<OtelSdk>;
}

/**
 * Opens the way to an OpenTelemetry collector. Where it is, what headers it gets and how long it may take are read from
 * the process's environment by the official exporters.
 *
 * @returns `null` where the packages are missing or refuse their settings: one line says so, and serving goes on.
 */
export async function openTelemetry(options: OpenTelemetryOptions): Promise<Telemetry | null> {
  const { notice, load = loadSdk } = options;
  try {
    const sdk = await load();
    return createTelemetry(sdk, createProviders(sdk, options), notice);
  } catch (error) {
    const missing = missingPackage(error);
    const why = missing === null ? `failed to start: ${message(error)}` : `needs ${missing}`;
    const remedy = missing === null ? "" : `; install it where the gateway is: ${OTEL_INSTALL}`;
    notice("warn", `OpenTelemetry is asked for but ${why}; nothing is sent${remedy}`);
    return null;
  }
}

interface Providers {
  readonly traces: TracerProvider | null;
  readonly metrics: MeterProvider | null;
  readonly version: string;
}

function createProviders(sdk: OtelSdk, { otel, version, notice }: OpenTelemetryOptions): Providers {
  const { resources } = sdk;
  const resource = resources
    .resourceFromAttributes({ "service.name": SCOPE, "service.version": version, "host.name": hostname() })
    .merge(
      resources.detectResources({
        detectors: [
          resources.serviceInstanceIdDetector,
          resources.resourceAttributesEnvDetector,
          resources.serviceNameEnvDetector,
        ],
      }),
    );
  return {
    version,
    traces: otel.traces
      ? new sdk.trace.TracerProvider({
          resource,
          sampler: createSampler(sdk, otel),
          spanLimits: { attributeValueLengthLimit: MAX_TEXT_CHARS },
          spanProcessors: [
            new sdk.trace.BatchSpanProcessor({
              exporter: watchExporter(new sdk.traceExporter.OTLPTraceExporter(), "spans", notice),
              scheduledDelayMillis: otel.spanDelayMs,
              maxQueueSize: otel.spanQueueSize,
              maxExportBatchSize: Math.min(512, otel.spanQueueSize),
            }),
          ],
        })
      : null,
    metrics: otel.metrics
      ? new sdk.metrics.MeterProvider({
          resource,
          readers: [
            new sdk.metrics.PeriodicExportingMetricReader({
              exporter: watchExporter(new sdk.metricExporter.OTLPMetricExporter(), "metrics", notice),
              exportIntervalMillis: otel.metricIntervalMs,
              exportTimeoutMillis: otel.metricTimeoutMs,
            }),
          ],
        })
      : null,
  };
}

function createSampler({ trace }: OtelSdk, { sampler }: OtelSettings) {
  const roots = {
    always_on: () => new trace.AlwaysOnSampler(),
    always_off: () => new trace.AlwaysOffSampler(),
    traceidratio: () => new trace.TraceIdRatioBasedSampler(sampler.ratio),
  };
  const root = roots[sampler.root]();
  return sampler.parentBased ? new trace.ParentBasedSampler({ root }) : root;
}

function createTelemetry(sdk: OtelSdk, providers: Providers, notice: Notice): Telemetry {
  const { traces, metrics, version } = providers;
  const tracer: Tracer | null = traces?.getTracer(SCOPE, version) ?? null;
  const meter: Meter | null = metrics?.getMeter(SCOPE, version) ?? null;
  let instruments: Instruments | null = null;
  let waiting: ExchangeFacts[] = [];

  const record = (): void => {
    const batch = waiting;
    waiting = [];
    for (const facts of batch) {
      try {
        if (tracer !== null) recordSpans(tracer, facts, sdk);
        instruments?.record(facts);
      } catch (error) {
        notice("error", `an exchange could not be told to the collector: ${message(error)}`);
      }
    }
  };
  return {
    attach(deps) {
      if (meter !== null) instruments = createInstruments(meter, deps.modelLabel, () => scrapeFacts(deps));
    },
    exchangeEnded(run, event) {
      try {
        waiting.push(exchangeFacts(run, event));
      } catch (error) {
        notice("error", `an exchange could not be told to the collector: ${message(error)}`);
        return;
      }
      // Others' requests come first: those who wait in this turn of the loop are served before spans are built.
      if (waiting.length === 1) setImmediate(record);
    },
    async close(limitMs) {
      record();
      const sent = Promise.allSettled([traces?.shutdown(), metrics?.shutdown()]);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      await Promise.race([sent, late]);
      clearTimeout(timer);
    },
  };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
