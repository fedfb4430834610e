import { gzipSync } from "node:zlib";
import type { Dispatcher } from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { CallFailure, UpstreamCall } from "./upstream-call.ts";

const IDLE_MS = 1_000;

/** A connection that is done with its answer: asked to stop, it does nothing. */
const DONE: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: ["content-encoding", "gzip"],
  rawTrailers: null,
  abort: () => {},
  pause: () => {},
  resume: () => {},
};

/** A call whose packed answer has come whole, and of which nothing has been unpacked yet. */
function received(text: string): { call: UpstreamCall; ended: Promise<string> } {
  const call = new UpstreamCall({ headerMs: IDLE_MS, idleMs: IDLE_MS, decode: true }, () => 0);
  call.onRequestStart(DONE);
  call.onResponseStart(DONE, 200, { "content-encoding": "gzip" });
  const ended = new Promise<string>((resolve) => {
    call.attach({
      data: () => true,
      end: () => resolve("whole"),
      fail: ({ kind }) => resolve(kind),
    });
  });
  call.onResponseData(DONE, gzipSync(text));
  call.onResponseEnd();
  return { call, ended };
}

describe("an answer that has come whole and is still being unpacked", () => {
  it("ends at once when nobody wants it any more", async () => {
    const { call, ended } = received("x".repeat(1_000_000));
    call.abort(new CallFailure("aborted", null));
    expect([await ended, call.ended]).toEqual(["aborted", true]);
  });

  it("is not taken for silence of its upstream", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { call, ended } = received("x".repeat(1_000_000));
    vi.advanceTimersByTime(2 * IDLE_MS);
    expect([await ended, call.bodyBytes]).toEqual(["whole", 1_000_000]);
  });
});

// As clients do by the hundred when their machine goes to sleep, or their script is killed.
describe("a call whose client has left", () => {
  it("is ended before anybody settles it, and by an error that no stack was taken for", () => {
    const steps: string[] = [];
    const later: (() => void)[] = [];
    let stack: string | undefined;
    const call = new UpstreamCall({ headerMs: IDLE_MS, idleMs: IDLE_MS, decode: true }, () => 0);
    const controller: Dispatcher.DispatchController = {
      ...DONE,
      // The client library tells of the end before it closes the connection.
      abort(reason) {
        stack = reason.stack;
        call.onResponseError(controller, reason);
        steps.push("connection closed");
      },
    };
    call.onRequestStart(controller);
    call.onResponseStart(controller, 200, {});
    call.attach({ data: () => true, end: () => {}, fail: ({ kind }) => steps.push(kind) });
    call.leave((tell) => later.push(tell));
    expect(steps).toEqual(["connection closed"]);
    expect([call.ended, stack]).toEqual([true, "CallFailure: upstream call failed: aborted"]);
    call.leave((tell) => later.push(tell));
    for (const tell of later) tell();
    expect(steps).toEqual(["connection closed", "aborted"]);
    expect(new Error("any").stack).toContain("upstream-call.test.ts");
  });
});
