import type { ServerResponse } from "node:http";
import type { BodySink, CallFailure, UpstreamCall } from "./upstream-call.ts";

/** Looks at what has been passed on. What it throws is caught: looking must not change what a client gets. */
export interface Tap {
  data(chunk: Buffer): void;
}

/** The end of a body, in order or not. Exactly one is called, once. */
export interface BodyEnd {
  /** @param flush Writes what the rewriter held back. */
  end(flush: () => void): void;
  fail(failure: CallFailure): void;
}

/** Changes bytes on their way to the client, holding back what may still have to change. */
export interface Rewriter {
  push(chunk: Uint8Array): Uint8Array[];
  /** What was held back. */
  end(): Uint8Array[];
}

/** Passes a body on. Looks at what the upstream sent, then writes; a slow client stops the upstream. */
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
  const writeAll = (pieces: readonly Uint8Array[]): void => {
    for (const piece of pieces) outgoing.write(piece);
  };
  const sink: BodySink = {
    data(chunk) {
      const pieces = rewriter?.push(chunk) ?? null;
      // Before it is written: with its last bytes a client knows that it has all, and may count on that being on record.
      tap?.data(chunk);
      let room = !outgoing.writableNeedDrain;
      if (pieces === null) room = outgoing.write(chunk);
      else for (const piece of pieces) room = outgoing.write(piece);
      // One listener, however many held pieces find the client's buffer full.
      if (!room && !waiting) {
        waiting = true;
        outgoing.once("drain", resume);
      }
      return room;
    },
    end: () => {
      const held = rewriter?.end() ?? [];
      end.end(() => writeAll(held));
    },
    fail: (failure) => {
      writeAll(rewriter?.end() ?? []);
      end.fail(failure);
    },
  };
  call.attach(sink);
}

/** Passes a body on that nobody counts. */
export function pumpUncounted(call: UpstreamCall, outgoing: ServerResponse): void {
  pump(call, outgoing, {
    end: (flush) => {
      flush();
      outgoing.end();
    },
    fail: () => breakOff(outgoing),
  });
}

/** Breaks the connection, but lets what was written leave first: a client should see the answer that there was. */
export function breakOff(outgoing: ServerResponse): void {
  setImmediate(() => outgoing.destroy());
}
