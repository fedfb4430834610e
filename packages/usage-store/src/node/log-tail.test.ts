import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeEvent } from "../encode-event.ts";
import { foldEvents } from "../fold-events.ts";
import { testEvent } from "../test-event.ts";
import { FaultyOps, fileLines, temporaryFolder } from "./log-test-kit.ts";
import { openUsageLog, type UsageLog, type UsageLogOptions } from "./open-usage-log.ts";
import { readUsageLog } from "./read-usage-log.ts";

const LINE_BYTES = encodeEvent(testEvent({ rid: "r0000" })).length;

let folder: ReturnType<typeof temporaryFolder>;
let dir: string;
let path: string;
const told: string[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  dir = folder.dir;
  path = join(dir, "usage.jsonl");
  told.length = 0;
});
afterEach(() => folder.remove());

const open = (options: Partial<UsageLogOptions> = {}): UsageLog =>
  openUsageLog({ dir, onRepaired: (bytes) => told.push(`repaired ${bytes}`), ...options });
const event = (number: number) => testEvent({ rid: `r${String(number).padStart(4, "0")}` });

function rids(): string[] {
  const found: string[] = [];
  foldEvents(readUsageLog(dir), (read) => found.push(read.rid));
  return found;
}

describe("the end of the file at opening", () => {
  it("cuts a torn line off", () => {
    open().close();
    writeFileSync(path, encodeEvent(event(1)) + encodeEvent(event(2)));
    truncateSync(path, 2 * LINE_BYTES - 7);
    const log = open();
    log.append(event(3));
    log.close();
    expect(told).toEqual([`repaired ${LINE_BYTES - 7}`]);
    expect(readFileSync(path, "utf8")).toBe(encodeEvent(event(1)) + encodeEvent(event(3)));
  });

  it("keeps a whole last line that only lacks its end", () => {
    open().close();
    writeFileSync(path, encodeEvent(event(1)).trimEnd());
    const log = open();
    log.append(event(2));
    log.close();
    expect(told).toEqual([]);
    expect(readFileSync(path, "utf8")).toBe(encodeEvent(event(1)) + encodeEvent(event(2)));
  });

  it("starts on a line of its own where cutting fails", () => {
    open().close();
    writeFileSync(path, `${encodeEvent(event(1))}{"ts":17`);
    const faulty = new FaultyOps();
    faulty.failTruncate = "EPERM";
    const log = open({ ops: faulty.ops });
    log.append(event(2));
    log.close();
    expect(fileLines(path)[1]).toBe('{"ts":17');
    expect(rids()).toEqual(["r0001", "r0002"]);
  });

  it("leaves a megabyte without line ends alone", () => {
    open().close();
    const foreign = "x".repeat(1024 * 1024 + 1);
    writeFileSync(path, foreign);
    const log = open();
    log.append(event(1));
    log.close();
    expect(readFileSync(path, "utf8")).toBe(`${foreign}\n${encodeEvent(event(1))}`);
    expect(rids()).toEqual(["r0001"]);
  });
});
