import { setTimeout as sleep } from "node:timers/promises";
import { requestBody } from "../request-body.ts";
import { percentile } from "../stats.ts";
import { type Connection, openConnection, requestBytes } from "./connection.ts";
import type { LoadResult, PacedStreamsJob } from "./job.ts";
import { createMeter } from "./meter.ts";
import { createStampReader } from "./stamp-reader.ts";

interface Tally {
  measured: boolean;
  readonly delaysUs: number[];
  requests: number;
  errors: number;
  firstError: string | null;
}

/** Opens the streams one by one over one interval, so that their deltas do not come in step, and reads them to the end. */
export async function runPacedStreams(job: PacedStreamsJob): Promise<LoadResult> {
  const tally: Tally = { measured: false, delaysUs: [], requests: 0, errors: 0, firstError: null };
  const request = requestBytes(job.port, requestBody(job.requestBytes, true));
  const meter = createMeter(job.subjectPid, job.mockPid);
  const open: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < job.streams; index += 1) {
    const due = startedAt + (index * job.intervalMs) / job.streams;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    open.push(readStream(job, request, tally));
  }
  const all = Promise.all(open);
  await Promise.race([sleep(job.warmMs), all]);
  tally.measured = true;
  meter.start();
  await Promise.race([sleep(job.windowMs), all]);
  tally.measured = false;
  meter.stop();
  await all;
  const delays = Float64Array.from(tally.delaysUs).sort();
  return {
    requests: tally.requests,
    chunks: delays.length,
    errors: tally.errors,
    firstError: tally.firstError,
    p50Us: null,
    p99Us: null,
    firstByteP50Us: null,
    chunkDelayP50Us: percentile(delays, 0.5),
    chunkDelayP99Us: percentile(delays, 0.99),
    ...meter.figures(),
  };
}

/** Settles when the stream is over, however it ends. */
function readStream(job: PacedStreamsJob, request: Buffer, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    let connection: Connection | null = null;
    let stamps = 0;
    const reader = createStampReader((writtenUs) => {
      stamps += 1;
      if (tally.measured) tally.delaysUs.push(Number(process.hrtime.bigint() / 1_000n) - writtenUs);
    });
    const stop = (error: string | null): void => {
      if (error === null) tally.requests += 1;
      else {
        tally.errors += 1;
        tally.firstError ??= error;
      }
      connection?.close();
      resolve();
    };
    const opening = openConnection(job.port, {
      data: (bytes) => reader.push(bytes),
      end(status) {
        if (status !== 200) return stop(`status ${status}`);
        stop(stamps === job.deltas ? null : `a stream of ${stamps} deltas, not ${job.deltas}`);
      },
      fail: stop,
    });
    opening.then(
      (opened) => {
        connection = opened;
        opened.send(request);
      },
      (error: Error) => stop(error.message),
    );
  });
}
