import type { Context, HrTime, Span, Tracer } from "@opentelemetry/api";
import {
  attemptAttributes,
  attemptErrorType,
  attemptSpanName,
  errorType,
  exchangeAttributes,
  exchangeSpanName,
} from "./attributes.ts";
import type { ExchangeFacts } from "./exchange-facts.ts";
import type { OtelSdk } from "./load-sdk.ts";
import { parseTraceparent } from "./parse-traceparent.ts";

/** Writes the span of an exchange that is over, and one below it for each attempt. */
export function recordSpans(tracer: Tracer, facts: ExchangeFacts, { api }: Pick<OtelSdk, "api">): void {
  // The conventions want CLIENT for a call of a model, also from a program that stands in the middle.
  const kind = api.SpanKind.CLIENT;
  const exchange = tracer.startSpan(
    exchangeSpanName(facts.event),
    { kind, startTime: hrTime(facts.startedAtMs), attributes: exchangeAttributes(facts) },
    parentContext(facts.traceparent, api),
  );
  const inside = api.trace.setSpan(api.ROOT_CONTEXT, exchange);
  const error = errorType(facts.event);
  for (const attempt of facts.attempts) {
    // How the last attempt ended is known only at the end: a stream can break after its 200.
    const own = attemptErrorType(attempt) ?? (attempt === facts.attempts.at(-1) ? error : null);
    const span = tracer.startSpan(
      attemptSpanName(attempt),
      { kind, startTime: hrTime(attempt.startedAtMs), attributes: attemptAttributes(attempt, own) },
      inside,
    );
    end(span, own, attempt.endedAtMs, api);
  }
  end(exchange, error, facts.endedAtMs, api);
}

function end(span: Span, error: string | null, atMs: number, api: OtelSdk["api"]): void {
  // Without a message: an upstream's words are nobody's business here.
  if (error !== null) span.setStatus({ code: api.SpanStatusCode.ERROR });
  span.end(hrTime(atMs));
}

function parentContext(traceparent: string | null, api: OtelSdk["api"]): Context {
  const parent = traceparent === null ? null : parseTraceparent(traceparent);
  return parent === null
    ? api.ROOT_CONTEXT
    : api.trace.setSpanContext(api.ROOT_CONTEXT, { ...parent, isRemote: true });
}

/** As a pair: the SDK takes a small number for one of the process's own clock. */
function hrTime(ms: number): HrTime {
  const whole = Math.floor(ms / 1000);
  return [whole, Math.round((ms - whole * 1000) * 1e6)];
}
