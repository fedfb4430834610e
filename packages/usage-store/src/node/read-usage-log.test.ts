import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeEvent } from "../encode-event.ts";
import { foldEvents } from "../fold-events.ts";
import { testEvent } from "../test-event.ts";
import { temporaryFolder } from "./log-test-kit.ts";
import { readLines } from "./read-lines.ts";
import { lineTimeMs, readUsageLog } from "./read-usage-log.ts";

let folder: ReturnType<typeof temporaryFolder>;
let dir: string;
beforeEach(() => {
  folder = temporaryFolder();
  dir = folder.dir;
});
afterEach(() => folder.remove());

function write(name: string, text: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

function linesOf(bytes: string | Buffer, maxLineBytes = 1024): string[] {
  const fd = openSync(write("lines", bytes), "r");
  try {
    return [...readLines(fd, maxLineBytes)];
  } finally {
    closeSync(fd);
  }
}

describe("readLines", () => {
  it.each([
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\r\nb", ["a\r", "b"]],
    ["\n\na\n", ["", "", "a"]],
    ["é😀\n字", ["é😀", "字"]],
  ])("reads %j", (text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });

  it("gives back any lines, also across its chunks", () => {
    const bigLine = fc.string({ unit: "binary", maxLength: 20 }).map((text) => text.repeat(9000));
    const line = fc.oneof(fc.string({ unit: "grapheme" }), bigLine).map((text) => text.replaceAll("\n", " "));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const wellFormed = lines.map((text) => Buffer.from(text).toString());
        expect(linesOf(wellFormed.map((text) => `${text}\n`).join(""), 8_000_000)).toEqual(wellFormed);
      }),
      { numRuns: 60 },
    );
  });

  it("hands over only the start of a line past the bound, and goes on behind it", () => {
    const long = "x".repeat(3_000_000);
    expect(linesOf(`a\n${long}\nb\n${long}`)).toEqual(["a", "x".repeat(200), "b", "x".repeat(200)]);
  });
});

describe("lineTimeMs", () => {
  it.each([
    ['{"ts":1763760000.5,"rid":"x"}', 1_763_760_000_500],
    ['{"ts":0}', 0],
    ['{"rid":"x","ts":5}', null],
    ['{"ts":"5"}', null],
    ["garbage", null],
    ["", null],
  ])("of %j is %j", (text, time) => {
    expect(lineTimeMs(Buffer.from(text))).toBe(time);
  });
});

describe("readUsageLog", () => {
  const line = (rid: string, ts = 1000): string => encodeEvent(testEvent({ rid, ts }));
  const rids = (options = {}): string[] => {
    const found: string[] = [];
    foldEvents(readUsageLog(dir, options), (event) => found.push(event.rid));
    return found;
  };

  it("finds nothing in a folder that is missing or empty", () => {
    expect([...readUsageLog(join(dir, "no"))]).toEqual([]);
    expect([...readUsageLog(dir)]).toEqual([]);
  });

  it("reads generations oldest first and nothing else", () => {
    write("usage.jsonl", line("e"));
    write("usage.jsonl.1", line("d"));
    write("usage.jsonl.2", line("c"));
    write("usage.jsonl.10", line("b"));
    for (const name of ["usage.jsonl.0", "usage.jsonl.gz", "usage.jsonl.1.bak", "other.jsonl"]) {
      write(name, line("no"));
    }
    mkdirSync(join(dir, "usage.jsonl.3"));
    symlinkSync(join(dir, "other.jsonl"), join(dir, "usage.jsonl.4"));
    expect(rids()).toEqual(["b", "c", "d", "e"]);
  });

  it("reads a file once that the writer renames meanwhile", () => {
    write("usage.jsonl.1", line("a"));
    const current = write("usage.jsonl", line("b"));
    const lines = readUsageLog(dir);
    expect(JSON.parse(lines.next().value ?? "null")).toMatchObject({ rid: "a" });
    renameSync(current, join(dir, "usage.jsonl.2"));
    write("usage.jsonl", line("c"));
    expect([...lines].map((text) => JSON.parse(text).rid)).toEqual(["b"]);
  });

  it("reads a file once that stands under two numbers, as in the middle of a rotation", () => {
    write("usage.jsonl.2", line("a"));
    linkSync(write("usage.jsonl", line("b")), join(dir, "usage.jsonl.1"));
    expect([...readUsageLog(dir)].map((text) => JSON.parse(text).rid)).toEqual(["a", "b"]);
  });

  it("leaves out lines before sinceMs, also on its edge", () => {
    write("usage.jsonl", line("a", 999.999) + line("b", 1000) + line("c", 1000.001));
    expect(rids({ sinceMs: 1_000_000 })).toEqual(["b", "c"]);
  });

  it("does not read generations that were finished long before sinceMs", () => {
    const old = write("usage.jsonl.1", `not json\n${line("a", 5000)}`);
    utimesSync(old, 1000, 1000);
    write("usage.jsonl", line("b", 5000));
    expect(rids({ sinceMs: 4_600_000 })).toEqual(["a", "b"]);
    expect(rids({ sinceMs: 4_600_001 })).toEqual(["b"]);
  });

  it("lets bad lines through to be counted", () => {
    const good = line("a");
    write(
      "usage.jsonl",
      `${good}garbage\n\0\0\0\n${line("b").trimEnd()}\r\n${good}${line("c").slice(0, -9)}`,
    );
    const result = foldEvents(readUsageLog(dir), () => undefined);
    expect(result).toEqual({ events: 2, skipped: 3, duplicates: 1 });
  });

  it.runIf(process.platform === "linux")("closes its files when the reader stops early", () => {
    write("usage.jsonl.1", line("a"));
    write("usage.jsonl", line("b"));
    const openFiles = (): number => readdirSync("/proc/self/fd").length;
    const before = openFiles();
    for (const _ of readUsageLog(dir)) break;
    expect(openFiles()).toBe(before);
  });
});
