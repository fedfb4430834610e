import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  /** 2: error. */
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface OtlpPoint {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a histogram: how often, how much, and the boundaries it was told to use. */
  readonly count?: number;
  readonly sum?: number;
  readonly bounds?: readonly number[];
  readonly value?: number;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly requests: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[];
  spans(): OtlpSpan[];
  /** Points of the newest report, by metric. */
  metrics(): Readonly<Record<string, { readonly unit: string; readonly points: readonly OtlpPoint[] }>>;
  resource(): Readonly<Record<string, unknown>>;
  /** What is answered from now on; never calling `end` is a collector that hangs. */
  answer: (outgoing: ServerResponse) => void;
}

/** A collector's HTTP side: takes OTLP as JSON and reads it the way the protocol is written down. */
export async function openOtlpReceiver(): Promise<OtlpReceiver> {
  const requests: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const bodies = (path: string): Json[] =>
    requests.filter((each) => each.path === path).map(({ body }) => JSON.parse(body) as Json);
  const receiver: Omit<OtlpReceiver, "url"> = {
    requests,
    answer: (outgoing) => outgoing.writeHead(200, { "content-type": "application/json" }).end("{}"),
    spans: () =>
      bodies("/v1/traces")
        .flatMap((body) => list(body.resourceSpans))
        .flatMap((each) => list(each.scopeSpans))
        .flatMap((each) => list(each.spans))
        .map(readSpan),
    metrics: () => {
      const newest = bodies("/v1/metrics").at(-1);
      const all = list(newest?.resourceMetrics)
        .flatMap((each) => list(each.scopeMetrics))
        .flatMap((each) => list(each.metrics));
      return Object.fromEntries(all.map((metric) => [String(metric.name), readMetric(metric)]));
    },
    resource: () => {
      const [first] = bodies("/v1/traces").flatMap((body) => list(body.resourceSpans));
      return attributes((first?.resource as Json | undefined)?.attributes);
    },
  };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      requests.push({ path: incoming.url ?? "", headers: incoming.headers, body });
      receiver.answer(outgoing);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(receiver, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

type Json = Record<string, unknown>;

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function readSpan(span: Json): OtlpSpan {
  return {
    name: String(span.name),
    kind: Number(span.kind),
    traceId: String(span.traceId),
    spanId: String(span.spanId),
    parentSpanId: span.parentSpanId === undefined ? undefined : String(span.parentSpanId),
    startMs: Number(BigInt(String(span.startTimeUnixNano)) / 1_000n) / 1_000,
    endMs: Number(BigInt(String(span.endTimeUnixNano)) / 1_000n) / 1_000,
    status: Number((span.status as Json | undefined)?.code ?? 0),
    attributes: attributes(span.attributes),
  };
}

function readMetric(metric: Json): { unit: string; points: OtlpPoint[] } {
  const data = (metric.histogram ?? metric.sum ?? metric.gauge) as Json;
  const points = list(data.dataPoints).map((point) => ({
    attributes: attributes(point.attributes),
    ...(metric.histogram === undefined
      ? { value: Number(point.asInt ?? point.asDouble) }
      : {
          count: Number(point.count),
          sum: Number(point.sum),
          bounds: point.explicitBounds as readonly number[],
        }),
  }));
  return { unit: String(metric.unit), points };
}

function attributes(value: unknown): Record<string, unknown> {
  return Object.fromEntries(list(value).map((each) => [String(each.key), readValue(each.value as Json)]));
}

/** OTLP writes whole numbers as text, since they have 64 bits. */
function readValue(value: Json): unknown {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined)
    return list((value.arrayValue as Json).values).map((each) => readValue(each));
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}
