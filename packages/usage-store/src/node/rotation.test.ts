import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeEvent } from "../encode-event.ts";
import { foldEvents } from "../fold-events.ts";
import { testEvent } from "../test-event.ts";
import { FaultyOps, temporaryFolder } from "./log-test-kit.ts";
import { openUsageLog, type UsageLog, type UsageLogOptions } from "./open-usage-log.ts";
import { readUsageLog } from "./read-usage-log.ts";

const LINE_BYTES = encodeEvent(testEvent({ rid: "r0000" })).length;

let folder: ReturnType<typeof temporaryFolder>;
let dir: string;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  dir = folder.dir;
  path = join(dir, "usage.jsonl");
});
afterEach(() => folder.remove());

const open = (options: Partial<UsageLogOptions>): UsageLog => openUsageLog({ dir, ...options });
const rid = (number: number): string => `r${String(number).padStart(4, "0")}`;
const event = (number: number) => testEvent({ rid: rid(number) });
const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => rid(from + i));

function rids(): string[] {
  const found: string[] = [];
  foldEvents(readUsageLog(dir), (read) => found.push(read.rid));
  return found;
}

describe("rotation", () => {
  it("sets files aside before they pass the bound and keeps the newest", () => {
    const log = open({ maxBytes: 2 * LINE_BYTES, generations: 2 });
    for (let number = 1; number <= 7; number += 1) log.append(event(number));
    log.close();
    expect(readdirSync(dir).sort()).toEqual(["usage.jsonl", "usage.jsonl.1", "usage.jsonl.2"]);
    expect(rids()).toEqual(range(3, 7));
  });

  it("loses no line and doubles none over a hundred rotations", () => {
    const log = open({ maxBytes: 100 * LINE_BYTES, generations: 200 });
    for (let number = 1; number <= 9_999; number += 1) log.append(event(number));
    log.close();
    expect(readdirSync(dir)).toHaveLength(100);
    expect([...readUsageLog(dir)]).toHaveLength(9_999);
    expect(rids()).toEqual(range(1, 9_999));
  });

  it("fills a gap that a crash between two renames left, without losing the oldest", () => {
    const log = open({ maxBytes: LINE_BYTES, generations: 3 });
    for (let number = 1; number <= 4; number += 1) log.append(event(number));
    renameSync(`${path}.1`, `${path}.1.away`);
    log.append(event(5));
    log.close();
    expect(rids()).toEqual(["r0001", "r0002", "r0004", "r0005"]);
  });

  it("goes on in the same file where the folder allows no renames", () => {
    const faulty = new FaultyOps();
    faulty.failRename = "EACCES";
    const log = open({ ops: faulty.ops, maxBytes: 2 * LINE_BYTES });
    for (let number = 1; number <= 5; number += 1) log.append(event(number));
    expect(readdirSync(dir)).toEqual(["usage.jsonl"]);
    // Asked at lines 3 and 5, not at each.
    expect(faulty.calls.filter((name) => name === "rename")).toHaveLength(2);
    expect(rids()).toEqual(range(1, 5));
    faulty.failRename = null;
    for (let number = 6; number <= 7; number += 1) log.append(event(number));
    expect(readdirSync(dir).sort()).toEqual(["usage.jsonl", "usage.jsonl.1"]);
    expect(rids()).toEqual(range(1, 7));
    expect(log.status().degraded).toBe(null);
    log.close();
  });
});
