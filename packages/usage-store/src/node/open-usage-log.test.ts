import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encodeEvent } from "../encode-event.ts";
import { foldEvents } from "../fold-events.ts";
import { testEvent } from "../test-event.ts";
import { FaultyOps, temporaryFolder } from "./log-test-kit.ts";
import { openUsageLog, type UsageLogOptions } from "./open-usage-log.ts";
import { readUsageLog } from "./read-usage-log.ts";

const LINE_BYTES = encodeEvent(testEvent({ rid: "r0000" })).length;

let folder: ReturnType<typeof temporaryFolder>;
let dir: string;
let path: string;
const told: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  folder = temporaryFolder();
  dir = join(folder.dir, "logs");
  path = join(dir, "usage.jsonl");
  told.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  folder.remove();
});

function open(options: Partial<UsageLogOptions> = {}): ReturnType<typeof openUsageLog> {
  return openUsageLog({
    dir,
    onDegraded: (reason) => told.push(`degraded ${reason}`),
    onRecovered: (lines) => told.push(`recovered ${lines}`),
    onRepaired: (bytes) => told.push(`repaired ${bytes}`),
    ...options,
  });
}

const event = (number: number) => testEvent({ rid: `r${String(number).padStart(4, "0")}` });

function rids(): string[] {
  const found: string[] = [];
  foldEvents(readUsageLog(dir), (read) => found.push(read.rid));
  return found;
}

const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `r${String(from + i).padStart(4, "0")}`);

describe("a healthy disk", () => {
  it("has each line in the file when append returns, readable by the owner alone", () => {
    const log = open();
    log.append(event(1));
    expect(readFileSync(path, "utf8")).toBe(encodeEvent(event(1)));
    log.append(event(2));
    expect(rids()).toEqual(["r0001", "r0002"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(log.status()).toEqual({
      path,
      degraded: null,
      degradedSinceMs: null,
      pending: 0,
      dropped: 0,
      partialWrites: 0,
      written: 2,
      writeErrors: 0,
      sizeBytes: 2 * LINE_BYTES,
    });
    log.close();
  });

  it("goes on behind what is there", () => {
    for (const number of [1, 2, 3]) {
      const log = open();
      log.append(event(number));
      log.close();
    }
    expect(rids()).toEqual(["r0001", "r0002", "r0003"]);
    expect(told).toEqual([]);
  });

  it("flushes to the device each second, only when something was written", () => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops });
    vi.advanceTimersByTime(3000);
    expect(faulty.calls).toEqual([]);
    log.append(event(1));
    log.append(event(2));
    vi.advanceTimersByTime(999 + 3000);
    expect(faulty.calls).toEqual(["sync"]);
    log.append(event(3));
    log.close();
    expect(faulty.calls).toEqual(["sync", "syncNow", "close"]);
  });

  it("leaves no timer behind, and takes calls after close as dropped", () => {
    const log = open();
    log.close();
    log.close();
    log.append(event(1));
    log.flush();
    expect(vi.getTimerCount()).toBe(0);
    expect(log.status().dropped).toBe(1);
  });

  it("drops a line that no reader would take", () => {
    const log = open();
    log.append(testEvent({ model: "x".repeat(1024 * 1024) }));
    expect(log.status()).toMatchObject({ dropped: 1, written: 0, sizeBytes: 0 });
    log.close();
  });
});

describe("a disk that refuses", () => {
  it("has nobody told of a line before it is on record", () => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops, pendingLines: 2 });
    const kept: number[] = [];
    const append = (number: number): void => log.append(event(number), () => void kept.push(number));
    append(1);
    expect(kept).toEqual([1]);
    faulty.room = 0;
    for (const number of [2, 3, 4]) append(number);
    expect(kept).toEqual([1]);
    faulty.room = null;
    vi.advanceTimersByTime(5_000);
    // The second was given up.
    expect([kept, rids()]).toEqual([
      [1, 3, 4],
      ["r0001", "r0003", "r0004"],
    ]);
    log.close();
  });

  it("and a file that somebody cut in place go on where the file ends now", () => {
    const log = open();
    for (const number of [1, 2, 3]) log.append(event(number));
    truncateSync(path, 0);
    vi.advanceTimersByTime(1_000);
    log.append(event(4));
    expect(rids()).toEqual(["r0004"]);
    expect(log.mark().position?.bytes).toBe(statSync(path).size);
    log.close();
  });

  it("keeps lines in order in memory and writes them within 5 s of room coming back", () => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops });
    log.append(event(1));
    faulty.room = 0;
    for (const number of [2, 3, 4]) log.append(event(number));
    expect(log.status()).toMatchObject({
      degraded: "ENOSPC",
      degradedSinceMs: 1_000_000,
      pending: 3,
      written: 1,
    });
    vi.advanceTimersByTime(15_000);
    expect(rids()).toEqual(["r0001"]);
    faulty.room = null;
    vi.advanceTimersByTime(5_000);
    expect(rids()).toEqual(range(1, 4));
    log.append(event(5));
    expect(rids()).toEqual(range(1, 5));
    expect(told).toEqual(["degraded ENOSPC", "recovered 3"]);
    expect(log.status()).toMatchObject({ degraded: null, pending: 0, dropped: 0, written: 5 });
    log.close();
  });

  it("keeps the order when room comes back before the next try", () => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops });
    faulty.failWrite = "ENOSPC";
    log.append(event(1));
    faulty.failWrite = null;
    log.append(event(2));
    log.flush();
    log.append(event(3));
    expect(rids()).toEqual(range(1, 3));
    log.close();
  });

  it.each([1, 2, 100, LINE_BYTES - 1])("joins no two lines after a write of only %i bytes", (taken) => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops });
    log.append(event(1));
    faulty.room = taken;
    log.append(event(2));
    log.append(event(3));
    expect(log.status()).toMatchObject({ degraded: "short write", partialWrites: 1, pending: 2 });
    faulty.room = null;
    vi.advanceTimersByTime(5_000);
    expect(rids()).toEqual(range(1, 3));
    expect(log.status()).toMatchObject({ degraded: null, dropped: 0 });
    log.close();
  });

  it("puts a line end behind a part that cannot be cut off", () => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops });
    faulty.room = 20;
    faulty.failTruncate = "EPERM";
    log.append(event(1));
    faulty.room = null;
    log.flush();
    expect(readFileSync(path, "utf8")).toBe(
      `${encodeEvent(event(1)).slice(0, 20)}\n${encodeEvent(event(1))}`,
    );
    log.close();
  });

  it("gives up the oldest lines past its bound, and counts them", () => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops });
    faulty.failWrite = "EIO";
    for (let number = 1; number <= 10_003; number += 1) log.append(event(number));
    expect(log.status()).toMatchObject({ degraded: "EIO", pending: 10_000, dropped: 3 });
    faulty.failWrite = null;
    vi.advanceTimersByTime(5_000);
    expect(rids().slice(0, 2)).toEqual(["r0004", "r0005"]);
    expect(rids()).toHaveLength(10_000);
    log.close();
  });

  it("starts degraded where the file cannot be opened, and recovers", () => {
    const faulty = new FaultyOps();
    faulty.failOpen = "EROFS";
    const log = open({ ops: faulty.ops });
    log.append(event(1));
    expect(told).toEqual(["degraded EROFS"]);
    faulty.failOpen = null;
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual(["degraded EROFS", "recovered 1"]);
    log.close();
  });

  it("counts what still waits at close as dropped", () => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops });
    faulty.failWrite = "ENOSPC";
    log.append(event(1));
    log.append(event(2));
    log.close();
    expect(log.status()).toMatchObject({ pending: 0, dropped: 2 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tells when the device fails under what it had taken", () => {
    const faulty = new FaultyOps();
    const log = open({ ops: faulty.ops });
    faulty.failSync = "EIO";
    log.append(event(1));
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual(["degraded EIO"]);
    faulty.failSync = null;
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual(["degraded EIO", "recovered 0"]);
    log.close();
  });
});

describe("somebody else in the folder", () => {
  it("does not write through a link", () => {
    const target = join(folder.dir, "elsewhere");
    writeFileSync(target, "");
    mkdirSync(dir);
    symlinkSync(target, path);
    const log = open();
    log.append(event(1));
    expect(told).toEqual(["degraded ELOOP"]);
    expect(readFileSync(target, "utf8")).toBe("");
    rmSync(path);
    vi.advanceTimersByTime(5_000);
    expect(rids()).toEqual(["r0001"]);
    log.close();
  });

  it("refuses a FIFO without hanging", () => {
    mkdirSync(dir);
    execFileSync("mkfifo", [path]);
    const log = open();
    log.append(event(1));
    expect(told).toEqual(["degraded not a regular file"]);
    expect(log.status().pending).toBe(1);
    expect([...readUsageLog(dir)]).toEqual([]);
    log.close();
  });

  it.each(["removed", "replaced", "renamed away"])("goes to the right file after its own was %s", (what) => {
    const log = open();
    log.append(event(1));
    if (what === "removed") rmSync(dir, { recursive: true });
    else renameSync(path, join(folder.dir, "saved"));
    if (what === "replaced") appendFileSync(path, "");
    vi.advanceTimersByTime(1_000);
    log.append(event(2));
    expect(rids()).toEqual(["r0002"]);
    log.close();
  });
});
