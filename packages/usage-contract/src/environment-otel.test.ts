import { describe, expect, it } from "vitest";
import { parseEnv } from "./environment.ts";

const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };
const otelOf = (env: Record<string, string>) => parseEnv(env).settings.otel;
const warningsOf = (env: Record<string, string>) => parseEnv({ ...COLLECTOR, ...env }).warnings;

describe("parseEnv: OpenTelemetry", () => {
  it("is off until a collector is named", () => {
    expect(otelOf({})).toBeNull();
    expect(otelOf({ OTEL_TRACES_EXPORTER: "otlp", OTEL_SERVICE_NAME: "mine" })).toBeNull();
  });

  it("sends both signals to one collector, with the defaults of the standard", () => {
    expect(parseEnv(COLLECTOR)).toMatchObject({
      warnings: [],
      errors: [],
      settings: {
        otel: {
          traces: true,
          metrics: true,
          sampler: { root: "always_on", parentBased: true, ratio: 1 },
          metricIntervalMs: 60_000,
          metricTimeoutMs: 30_000,
          spanDelayMs: 5_000,
          spanQueueSize: 2_048,
        },
      },
    });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c.example/v1/traces" }, true, false],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://c.example/v1/metrics" }, false, true],
    [{ ...COLLECTOR, OTEL_TRACES_EXPORTER: "none" }, false, true],
    [{ ...COLLECTOR, OTEL_METRICS_EXPORTER: "none" }, true, false],
  ])("%j sends traces %s and metrics %s", (env, traces, metrics) => {
    expect(otelOf(env)).toMatchObject({ traces, metrics });
  });

  it.each([
    { OTEL_SDK_DISABLED: "TRUE" },
    { OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" },
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
  ])("%j sends nothing", (env) => {
    expect(otelOf({ ...COLLECTOR, ...env })).toBeNull();
  });

  it("reads how much is sent and when", () => {
    expect(
      otelOf({
        ...COLLECTOR,
        OTEL_TRACES_SAMPLER: "traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.25",
        OTEL_METRIC_EXPORT_INTERVAL: "10000",
        OTEL_BSP_SCHEDULE_DELAY: "100",
        OTEL_BSP_MAX_QUEUE_SIZE: "16",
      }),
    ).toMatchObject({
      sampler: { root: "traceidratio", parentBased: false, ratio: 0.25 },
      metricIntervalMs: 10_000,
      // A time limit longer than the interval would let reports pile up.
      metricTimeoutMs: 10_000,
      spanDelayMs: 100,
      spanQueueSize: 16,
    });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "127.0.0.1:4318" }, "OTEL_EXPORTER_OTLP_ENDPOINT is"],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc": OTLP is sent over HTTP',
    ],
    [{ OTEL_TRACES_EXPORTER: "zipkin" }, 'OTEL_TRACES_EXPORTER is "zipkin": expected otlp or none'],
    [{ OTEL_TRACES_SAMPLER: "jaeger_remote" }, 'OTEL_TRACES_SAMPLER is "jaeger_remote": no such sampler'],
    [{ OTEL_TRACES_SAMPLER_ARG: "2" }, 'OTEL_TRACES_SAMPLER_ARG is "2": expected a number from 0 to 1'],
    [{ OTEL_METRIC_EXPORT_INTERVAL: "1m" }, 'OTEL_METRIC_EXPORT_INTERVAL is "1m": expected a whole number'],
  ])("%j is warned about and stops nothing", (env, warning) => {
    expect(warningsOf(env)).toEqual([expect.stringContaining(warning)]);
    expect(parseEnv({ ...COLLECTOR, ...env }).errors).toEqual([]);
  });

  it("says nothing of values that nobody reads", () => {
    const env = { OTEL_TRACES_SAMPLER: "jaeger_remote", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
    expect(parseEnv(env).warnings).toEqual([]);
    expect(warningsOf({ ...env, OTEL_SDK_DISABLED: "true" })).toEqual([]);
  });

  it("never shows a collector's credentials", () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://user:secret@collector:4318" };
    expect(parseEnv(env).warnings.join()).not.toContain("secret");
  });
});
