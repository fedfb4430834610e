/** The official packages, loaded only where a collector is named: a gateway without one needs none of them. */
export interface OtelSdk {
  readonly api: typeof import("@opentelemetry/api");
  readonly trace: typeof import("@opentelemetry/sdk-trace");
  readonly metrics: typeof import("@opentelemetry/sdk-metrics");
  readonly resources: typeof import("@opentelemetry/resources");
  readonly traceExporter: typeof import("@opentelemetry/exporter-trace-otlp-http");
  readonly metricExporter: typeof import("@opentelemetry/exporter-metrics-otlp-http");
}

/** What a person has to type where a package is missing. */
export const OTEL_INSTALL: string = [
  "npm install",
  "@opentelemetry/api@1",
  "@opentelemetry/sdk-trace@3",
  "@opentelemetry/sdk-metrics@3",
  "@opentelemetry/resources@3",
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/exporter-metrics-otlp-http",
].join(" ");

export async function loadSdk(): Promise<OtelSdk> {
  const [api, trace, metrics, resources, traceExporter, metricExporter] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/sdk-metrics"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/exporter-metrics-otlp-http"),
  ]);
  return { api, trace, metrics, resources, traceExporter, metricExporter };
}

/** The package that could not be found; `null` for any other failure. */
export function missingPackage(error: unknown): string | null {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code !== "ERR_MODULE_NOT_FOUND" || typeof message !== "string") return null;
  return /'(@opentelemetry\/[\w-]+)'/.exec(message)?.[1] ?? null;
}
