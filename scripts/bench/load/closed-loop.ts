import { setTimeout as sleep } from "node:timers/promises";
import { requestBody } from "../request-body.ts";
import { percentile } from "../stats.ts";
import { type Connection, openConnection, requestBytes } from "./connection.ts";
import type { ClosedLoopJob, LoadResult } from "./job.ts";
import { createMeter } from "./meter.ts";

interface Tally {
  phase: "warm" | "measured" | "over";
  readonly totalUs: number[];
  readonly firstByteUs: number[];
  errors: number;
  firstError: string | null;
}

/** Keeps `connections` requests in flight and measures those that end in the window. */
export async function runClosedLoop(job: ClosedLoopJob): Promise<LoadResult> {
  const tally: Tally = { phase: "warm", totalUs: [], firstByteUs: [], errors: 0, firstError: null };
  const request = requestBytes(job.port, requestBody(job.requestBytes, job.stream));
  const meter = createMeter(job.subjectPid, job.mockPid);
  const lanes = Array.from({ length: job.connections }, () => runConnection(job, request, tally));
  const all = Promise.all(lanes);
  // An early end of every connection must not be waited out.
  await Promise.race([sleep(job.warmMs), all]);
  tally.phase = "measured";
  meter.start();
  await Promise.race([sleep(job.windowMs), all]);
  tally.phase = "over";
  meter.stop();
  await all;
  const total = Float64Array.from(tally.totalUs).sort();
  return {
    requests: total.length,
    chunks: 0,
    errors: tally.errors,
    firstError: tally.firstError,
    p50Us: percentile(total, 0.5),
    p99Us: percentile(total, 0.99),
    firstByteP50Us: percentile(Float64Array.from(tally.firstByteUs).sort(), 0.5),
    chunkDelayP50Us: null,
    chunkDelayP99Us: null,
    ...meter.figures(),
  };
}

/** Sends one request after the other until the window is over; an answer in flight then is still waited for. */
function runConnection(job: ClosedLoopJob, request: Buffer, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    let connection: Connection | null = null;
    let sentAt = 0;
    let firstByteAt = 0;
    let bodyBytes = 0;
    const stop = (error: string | null): void => {
      if (error !== null) {
        tally.errors += 1;
        tally.firstError ??= error;
      }
      connection?.close();
      resolve();
    };
    const next = (): void => {
      firstByteAt = 0;
      bodyBytes = 0;
      sentAt = performance.now();
      connection?.send(request);
    };
    const opening = openConnection(job.port, {
      data(bytes) {
        if (firstByteAt === 0) firstByteAt = performance.now();
        bodyBytes += bytes.length;
      },
      end(status) {
        if (status !== 200) return stop(`status ${status}`);
        if (bodyBytes !== job.answerBytes)
          return stop(`an answer of ${bodyBytes} bytes, not ${job.answerBytes}`);
        if (tally.phase === "over") return stop(null);
        if (tally.phase === "measured") {
          tally.totalUs.push((performance.now() - sentAt) * 1000);
          tally.firstByteUs.push((firstByteAt - sentAt) * 1000);
        }
        next();
      },
      fail: stop,
    });
    opening.then(
      (opened) => {
        connection = opened;
        next();
      },
      (error: Error) => stop(error.message),
    );
  });
}
