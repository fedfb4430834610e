import type { ServerResponse } from "node:http";
import { LifeTimer } from "./life-timer.ts";
import type { BodySink, CallFailure, LifeSign, UpstreamCall } from "./upstream-call.ts";

/** Looks at what has been passed on. What it throws is caught: looking must not change what a client gets. */
export interface Tap {
  data(chunk: Buffer): void;
  /** See {@link BodySink.showed}. */
  showed?(): LifeSign;
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

export interface PumpOptions {
  readonly call: UpstreamCall;
  readonly outgoing: ServerResponse;
  /** Longest time in which a client that is written to takes nothing. */
  readonly stallMs: number;
  readonly end: BodyEnd;
  readonly tap?: Tap;
  readonly rewriter?: Rewriter | null;
}

/** Ends the body where it is: what its upstream still sends is passed on to nobody. */
export type StopPump = () => void;

/** Passes a body on. Looks at what the upstream sent, then writes; a slow client stops the upstream. */
export function pump({ call, outgoing, stallMs, end, tap, rewriter = null }: PumpOptions): StopPump {
  const stall = watchStall(outgoing, stallMs);
  let over = false;
  let waiting = false;
  const resume = (): void => {
    waiting = false;
    call.resume();
  };
  const once = (how: () => void): void => {
    if (over) return;
    over = true;
    how();
    stall();
  };
  const writeAll = (pieces: readonly Uint8Array[]): void => {
    for (const piece of pieces) outgoing.write(piece);
  };
  const finish = (): void =>
    once(() => {
      const held = rewriter?.end() ?? [];
      end.end(() => writeAll(held));
    });
  const sink: BodySink = {
    data(chunk) {
      if (over) return true;
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
        stall();
      }
      return room;
    },
    showed: () => tap?.showed?.() ?? "answer",
    end: finish,
    fail: (failure) =>
      once(() => {
        writeAll(rewriter?.end() ?? []);
        end.fail(failure);
      }),
  };
  call.attach(sink);
  return finish;
}

/**
 * Breaks the connection of a client that takes nothing for too long: it would hold its lane's connection, or the
 * gateway's memory, for as long as it liked.
 *
 * @returns To be called whenever something waits to be taken.
 */
function watchStall(outgoing: ServerResponse, stallMs: number): () => void {
  let timer: LifeTimer | null = null;
  let waiting = 0;
  const stop = (): void => {
    timer?.stop();
    timer = null;
  };
  const check = (): void => {
    timer = null;
    if (outgoing.destroyed || outgoing.writableFinished) return;
    // Taken in part: a client on a slow line is no client that has stopped.
    if (outgoing.writableLength < waiting) watch();
    else outgoing.destroy();
  };
  const watch = (): void => {
    if (outgoing.destroyed || outgoing.writableFinished) return;
    waiting = outgoing.writableLength;
    timer ??= new LifeTimer(stallMs, check);
  };
  outgoing.on("drain", stop).once("finish", stop).once("close", stop);
  return watch;
}

/** Passes a body on that nobody counts. */
export function pumpUncounted(call: UpstreamCall, outgoing: ServerResponse, stallMs: number): void {
  const end = {
    end: (flush: () => void) => {
      flush();
      outgoing.end();
    },
    fail: () => breakOff(outgoing),
  };
  pump({ call, outgoing, stallMs, end });
}

/** Breaks the connection, but lets what was written leave first: a client should see the answer that there was. */
export function breakOff(outgoing: ServerResponse): void {
  setImmediate(() => outgoing.destroy());
}
