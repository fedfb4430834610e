import { renderLiveEvent } from "@ccp/usage-contract";
import type { Context } from "hono";
import type { Deps } from "../deps.ts";
import type { NumberedEvent } from "../state/event-hub.ts";

/** Unread events at which a reader is cut off: a page left open in a sleeping laptop must not fill the memory. */
const MAX_UNREAD_EVENTS = 1_000;
const HEARTBEAT_MS = 15_000;

/** `GET /v1/events`: what is kept since `Last-Event-ID`, then each event as it happens. */
export function streamEvents(c: Context, deps: Deps): Response {
  const encoder = new TextEncoder();
  const since = Number(c.req.header("last-event-id") ?? Number.NaN);
  let stop = (): void => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = (): void => {
          stop();
          controller.close();
        };
        const write = (text: string): void => {
          if ((controller.desiredSize ?? 0) <= -MAX_UNREAD_EVENTS) {
            end();
            return;
          }
          controller.enqueue(encoder.encode(text));
        };
        const writeEvent = ({ id, event }: NumberedEvent): void =>
          write(`id: ${id}\n${renderLiveEvent(event)}`);
        const unsubscribe = deps.events.subscribe(writeEvent, end);
        const heartbeat = setInterval(() => write(": alive\n\n"), HEARTBEAT_MS);
        heartbeat.unref();
        stop = () => {
          unsubscribe();
          clearInterval(heartbeat);
        };
        write(": ccp events\n\n");
        if (Number.isFinite(since)) for (const event of deps.events.since(since)) writeEvent(event);
      },
      cancel: () => stop(),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "transfer-encoding": "chunked",
    },
  });
}
