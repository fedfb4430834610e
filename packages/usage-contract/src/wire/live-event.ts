import * as v from "valibot";
import { type DecisionSample, DecisionSampleSchema } from "./decisions.ts";
import { type UsageEvent, UsageEventSchema } from "./usage-event.ts";

/**
 * One event of `GET /v1/events`. `decision` comes before each attempt, `completion` when an exchange ends, `sample`
 * when an orchestrator asked for a dry run. The name stands in the SSE `event:` field, the value in `data:`.
 */
export type LiveEvent =
  | { readonly name: "decision" | "completion"; readonly data: UsageEvent }
  | { readonly name: "sample"; readonly data: DecisionSample };

export const LIVE_EVENT_NAMES = ["decision", "completion", "sample"] as const;
export type LiveEventName = (typeof LIVE_EVENT_NAMES)[number];

/** What stands in `data:`, by event name. */
export const LIVE_EVENT_SCHEMAS = {
  decision: UsageEventSchema,
  completion: UsageEventSchema,
  sample: DecisionSampleSchema,
} as const;

/** A live event as the bytes of one SSE event. JSON holds no raw line break, so one `data:` line is enough. */
export function renderLiveEvent(event: LiveEvent): string {
  return `event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;
}

/**
 * Reads one SSE event of `GET /v1/events`.
 *
 * @returns The event, or `null` for a name this version does not know or data that does not fit: readers skip it.
 */
export function parseLiveEvent(name: string, data: string): LiveEvent | null {
  const value = parseJson(data);
  if (name === "sample") {
    const sample = v.safeParse(DecisionSampleSchema, value);
    return sample.success ? { name, data: sample.output } : null;
  }
  if (name !== "decision" && name !== "completion") return null;
  const event = v.safeParse(UsageEventSchema, value);
  return event.success ? { name, data: event.output } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
