import type { ServerResponse } from "node:http";
import type { BodySink, CallFailure, UpstreamCall } from "./upstream-call.ts";

/** Looks at what has been passed on. What it throws is caught: looking must not change what a client gets. */
export interface Tap {
  data(chunk: Buffer): void;
}

/** The end of a body, in order or not. Exactly one is called, once. */
export interface BodyEnd {
  end(): void;
  fail(failure: CallFailure): void;
}

/** Changes bytes on their way to the client, holding back what may still have to change. */
export interface Rewriter {
  push(chunk: Uint8Array): Uint8Array[];
  /** What was held back. */
  end(): Uint8Array[];
}

/** Passes a body on. Writes first and looks afterwards, at what the upstream sent; a slow client stops the upstream. */
export function pump(
  call: UpstreamCall,
  outgoing: ServerResponse,
  end: BodyEnd,
  tap?: Tap,
  rewriter: Rewriter | null = null,
): void {
  let waiting = false;
  const resume = (): void => {
    waiting = false;
    call.resume();
  };
  const flush = (): void => {
    for (const piece of rewriter?.end() ?? []) outgoing.write(piece);
  };
  const sink: BodySink = {
    data(chunk) {
      let room = !outgoing.writableNeedDrain;
      if (rewriter === null) room = outgoing.write(chunk);
      else for (const piece of rewriter.push(chunk)) room = outgoing.write(piece);
      // One listener, however many held pieces find the client's buffer full.
      if (!room && !waiting) {
        waiting = true;
        outgoing.once("drain", resume);
      }
      tap?.data(chunk);
      return room;
    },
    end: () => {
      flush();
      end.end();
    },
    fail: (failure) => {
      flush();
      end.fail(failure);
    },
  };
  call.attach(sink);
}

/** Passes a body on that nobody counts. */
export function pumpUncounted(call: UpstreamCall, outgoing: ServerResponse): void {
  pump(call, outgoing, { end: () => outgoing.end(), fail: () => breakOff(outgoing) });
}

/** Breaks the connection, but lets what was written leave first: a client should see the answer that there was. */
export function breakOff(outgoing: ServerResponse): void {
  setImmediate(() => outgoing.destroy());
}
