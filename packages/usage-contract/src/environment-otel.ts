import type { EnvReader } from "./environment-reader.ts";

/** How traces are sampled: by the caller's word where it gave one (`parentBased`), else by `root`. */
export interface OtelSampler {
  readonly root: "always_on" | "always_off" | "traceidratio";
  readonly parentBased: boolean;
  /** 0..1; what `traceidratio` keeps. */
  readonly ratio: number;
}

/** What is sent to an OpenTelemetry collector. Address, headers and time limits are read by the exporters themselves. */
export interface OtelSettings {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly sampler: OtelSampler;
  readonly metricIntervalMs: number;
  /** Never above the interval. */
  readonly metricTimeoutMs: number;
  /** Longest wait of a finished span for others. */
  readonly spanDelayMs: number;
  /** Spans waiting for the collector; more are dropped. */
  readonly spanQueueSize: number;
}

/** Timers of the runtime hold at most 2^31 − 1 ms. */
const MAX_MS = 86_400_000;
const MAX_QUEUE = 65_536;
const ROOTS: readonly OtelSampler["root"][] = ["always_on", "always_off", "traceidratio"];
const SAMPLERS: ReadonlyMap<string, Omit<OtelSampler, "ratio">> = new Map(
  ROOTS.flatMap((root): [string, Omit<OtelSampler, "ratio">][] => [
    [root, { root, parentBased: false }],
    [`parentbased_${root}`, { root, parentBased: true }],
  ]),
);

/**
 * Reads the standard variables that switch OpenTelemetry on. They are often set for every program of a shell, so a value
 * that cannot be used gives a warning and its default, and never stops a start.
 *
 * @returns `null`: nothing is to be sent.
 */
export function readOtel(env: EnvReader): OtelSettings | null {
  const everywhere = readEndpoint(env, "OTEL_EXPORTER_OTLP_ENDPOINT");
  const traces = readSignal(env, "TRACES", everywhere);
  const metrics = readSignal(env, "METRICS", everywhere);
  const disabled = env.text("OTEL_SDK_DISABLED")?.toLowerCase() === "true";
  const wanted = !disabled && (traces || metrics);
  // Without a collector nobody is to hear of the rest.
  const reader = wanted ? env : { ...env, warn: () => {} };
  const metricIntervalMs = readWhole(reader, "OTEL_METRIC_EXPORT_INTERVAL", 60_000, MAX_MS);
  const metricTimeoutMs = readWhole(reader, "OTEL_METRIC_EXPORT_TIMEOUT", 30_000, MAX_MS);
  const settings: OtelSettings = {
    traces,
    metrics,
    sampler: readSampler(reader),
    metricIntervalMs,
    metricTimeoutMs: Math.min(metricTimeoutMs, metricIntervalMs),
    spanDelayMs: readWhole(reader, "OTEL_BSP_SCHEDULE_DELAY", 5_000, MAX_MS),
    spanQueueSize: readWhole(reader, "OTEL_BSP_MAX_QUEUE_SIZE", 2_048, MAX_QUEUE),
  };
  return readProtocol(reader) && wanted ? settings : null;
}

function readEndpoint(reader: EnvReader, name: string): boolean {
  const url = reader.text(name);
  if (url === null) return false;
  if (/^https?:\/\/[^\s/?#]+\S*$/i.test(url)) return true;
  reader.warn(name, url, "expected a URL such as http://127.0.0.1:4318; nothing is sent there");
  return false;
}

function readSignal(reader: EnvReader, signal: "TRACES" | "METRICS", everywhere: boolean): boolean {
  const own = readEndpoint(reader, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);
  const name = `OTEL_${signal}_EXPORTER`;
  const exporter = reader.text(name)?.toLowerCase() ?? "otlp";
  if (exporter !== "otlp" && exporter !== "none" && (own || everywhere))
    reader.warn(name, exporter, "expected otlp or none; nothing is sent");
  return (own || everywhere) && exporter === "otlp";
}

/** Collectors take JSON where they take protobuf over HTTP; gRPC is another port and another protocol. */
function readProtocol(reader: EnvReader): boolean {
  const name = "OTEL_EXPORTER_OTLP_PROTOCOL";
  const protocol = reader.text(name)?.toLowerCase() ?? "http/json";
  if (protocol === "http/json" || protocol === "http/protobuf") return true;
  reader.warn(name, protocol, "OTLP is sent over HTTP only (port 4318 of a collector); nothing is sent");
  return false;
}

function readSampler(reader: EnvReader): OtelSampler {
  const name = "OTEL_TRACES_SAMPLER";
  const word = reader.text(name)?.toLowerCase() ?? "parentbased_always_on";
  const found = SAMPLERS.get(word);
  if (found === undefined) reader.warn(name, word, "no such sampler here, using parentbased_always_on");
  return { ...(found ?? { root: "always_on", parentBased: true }), ratio: readRatio(reader) };
}

function readRatio(reader: EnvReader): number {
  const name = "OTEL_TRACES_SAMPLER_ARG";
  const text = reader.text(name);
  if (text === null) return 1;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  reader.warn(name, text, "expected a number from 0 to 1, using 1");
  return 1;
}

function readWhole(reader: EnvReader, name: string, fallback: number, max: number): number {
  const text = reader.text(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= max) return value;
  reader.warn(name, text, `expected a whole number from 1 to ${max}, using ${fallback}`);
  return fallback;
}
