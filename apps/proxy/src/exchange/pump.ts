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

/** Passes a body on. Writes first and looks afterwards; a slow client stops the upstream. */
export function pump(call: UpstreamCall, outgoing: ServerResponse, end: BodyEnd, tap?: Tap): void {
  let waiting = false;
  const resume = (): void => {
    waiting = false;
    call.resume();
  };
  const sink: BodySink = {
    data(chunk) {
      const room = outgoing.write(chunk);
      // One listener, however many held pieces find the client's buffer full.
      if (!room && !waiting) {
        waiting = true;
        outgoing.once("drain", resume);
      }
      tap?.data(chunk);
      return room;
    },
    end: () => end.end(),
    fail: (failure) => end.fail(failure),
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
