import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Deps } from "../deps.ts";
import type { OwnError } from "../http/answer.ts";
import type { NumberedEvent } from "../state/event-hub.ts";
import { errorAnswer } from "./json.ts";
import { createUnreadQueue, type UnreadLimits } from "./unread-queue.ts";

/** At which a reader is cut off. The bytes of an event are shared by all readers: in all they cost no more than for one. */
const UNREAD: UnreadLimits = { chunks: 1_000, bytes: 4 * 1024 * 1024 };
const HEARTBEAT_MS = 15_000;
/** A reader that was cut off has this long to hear so; its connection is then broken. */
const FAREWELL_MS = 30_000;

const encoder = new TextEncoder();
const HELLO = encoder.encode(": ccp events\n\n");
const ALIVE = encoder.encode(": alive\n\n");
const FAREWELL = encoder.encode(
  ": cut off: too many events are unread; come back with Last-Event-ID for what is kept\n\n",
);

/** `GET /v1/events`: what is kept since `Last-Event-ID`, then each event as it happens. */
export function streamEvents(c: Context, deps: Deps): Response {
  const { events } = deps;
  if (events.isFull) return errorAnswer(TOO_MANY, deps.newId());
  const since = Number(c.req.header("last-event-id") ?? Number.NaN);
  const queue = createUnreadQueue(UNREAD, FAREWELL);
  // Broken here and not through the stream: whoever does not read is waited for at the socket.
  const { outgoing } = c.env as HttpBindings;
  const write = (chunk: Uint8Array): void => {
    if (queue.push(chunk)) return;
    stopListening();
    setTimeout(() => outgoing.destroy(), FAREWELL_MS).unref();
  };
  const writeEvent = ({ bytes }: NumberedEvent): void => write(bytes());
  const unsubscribe = events.subscribe(writeEvent, () => {
    stopListening();
    queue.end();
  });
  const heartbeat = setInterval(() => {
    // One that has not read the last sign of life needs no further one.
    if (queue.unread === 0) write(ALIVE);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const stopListening = (): void => {
    unsubscribe();
    clearInterval(heartbeat);
  };
  write(HELLO);
  if (Number.isFinite(since)) for (const event of events.since(since)) writeEvent(event);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await queue.next();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel() {
        stopListening();
        queue.end();
      },
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

const TOO_MANY: OwnError = {
  status: 503,
  type: "overloaded_error",
  message: "too many readers of live events are connected; close some, or try again later",
  headers: { "retry-after": "15" },
};
