import {
  type DecisionSample,
  DecisionsViewSchema,
  type LiveEvent,
  parseBody,
  parseLiveEvent,
  type Readyz,
} from "@ccp/usage-contract";
import type { Session } from "../../session.ts";
import { readHistograms } from "../data/histogram.ts";
import { parseMetrics } from "../data/parse-metrics.ts";
import { safeDeep } from "../data/safe-deep.ts";
import type { TextStreamer } from "../node/stream-text.ts";
import type { SeenMetrics } from "../state/hud-state.ts";
import { createSseReader } from "./sse-reader.ts";

/** The gateway is near and answers from memory. */
const TIMEOUT_MS = 3000;
/** The gateway sends a comment each 15 s. */
const IDLE_MS = 40_000;

export interface EventStreamCall {
  /** Events newer than this one come first; 0 asks for all the gateway has kept. */
  readonly sinceId: number;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onEvent: (event: LiveEvent, id: number | null) => void;
}

/** The routes of the gateway that only this screen reads. What cannot be read is `null`: the rest is still shown. */
export interface HudSource {
  metrics(): Promise<SeenMetrics | null>;
  ready(): Promise<Readyz | null>;
  samples(): Promise<readonly DecisionSample[] | null>;
  /** Resolves when the stream ends, rejects when it breaks. */
  events(call: EventStreamCall): Promise<void>;
}

export function createHudSource({ client, deps }: Session, streamText: TextStreamer): HudSource {
  async function read(path: string): Promise<string | null> {
    const call = { method: "GET", url: `${client.url}${path}`, headers: {}, timeoutMs: TIMEOUT_MS } as const;
    try {
      const { status, text } = await deps.request({ ...call, signal: deps.signal });
      return status === 200 ? text : null;
    } catch {
      // Whether the gateway is there is judged by its usage view alone.
      return null;
    }
  }

  return {
    async metrics() {
      const text = await read("/metrics");
      return text === null ? null : seeMetrics(text);
    },
    async ready() {
      try {
        return safeDeep(await client.ready());
      } catch {
        return null;
      }
    },
    async samples() {
      const text = await read("/v1/decisions");
      const body = text === null ? null : parseBody(DecisionsViewSchema, parseJson(text));
      return body?.success === true ? safeDeep(body.output.decisions) : null;
    },
    events({ sinceId, signal, onOpen, onEvent }) {
      const reader = createSseReader();
      return streamText({
        url: `${client.url}/v1/events`,
        headers: { accept: "text/event-stream", "last-event-id": String(sinceId) },
        idleMs: IDLE_MS,
        signal,
        onOpen,
        onText(text) {
          for (const { id, name, data } of reader.push(text)) {
            const event = parseLiveEvent(name, data);
            if (event !== null) onEvent(safeDeep(event), /^\d{1,15}$/.test(id) ? Number(id) : null);
          }
        },
      });
    },
  };
}

export function seeMetrics(text: string): SeenMetrics {
  const samples = parseMetrics(text).map(safeDeep);
  return {
    latency: readHistograms(samples, "ccp_latency_ms"),
    ttft: readHistograms(samples, "ccp_ttft_ms"),
    dropped: samples.find(({ name }) => name === "ccp_events_dropped_total")?.value ?? null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
