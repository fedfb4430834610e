import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "./log-test-kit.ts";
import { openStateJournal, readStateJournal } from "./state-journal.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const ops = (from = 1) => [...readStateJournal(folder.dir, from)];

describe("the journal", () => {
  it("holds what was written since the state that it follows, in order", async () => {
    const journal = openStateJournal(folder.dir);
    journal.write(["engine", "record", "before the first state"]);
    expect([journal.healthy, journal.begin(), journal.healthy]).toEqual([false, 1, true]);
    journal.saved(true);
    journal.write(["engine", "record", { tokens: 1 }, 5]);
    journal.write(["book", "reset", "zai"]);
    await Promise.resolve();
    expect(ops()).toEqual([
      ["engine", "record", { tokens: 1 }, 5],
      ["book", "reset", "zai"],
    ]);
    const path = join(folder.dir, "gateway-state.journal.1");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(journal.bytes).toBe(readFileSync(path).length);
    journal.close();
  });

  it("brings what is queued to the file at once where it is asked to", () => {
    const journal = openStateJournal(folder.dir);
    journal.begin();
    journal.saved(true);
    journal.write(["book", "reset", "zai"]);
    expect(ops()).toEqual([]);
    journal.flush();
    expect(ops()).toEqual([["book", "reset", "zai"]]);
    journal.close();
  });

  it("goes from file to file with the states, and removes what a saved one holds", () => {
    const journal = openStateJournal(folder.dir);
    for (const success of [true, false, true]) {
      journal.begin();
      journal.write(["engine", "record", success]);
      journal.saved(success);
    }
    journal.close();
    expect(readdirSync(folder.dir)).toEqual(["gateway-state.journal.3"]);
    const next = openStateJournal(folder.dir);
    expect(next.begin()).toBe(4);
    next.write(["engine", "record", "later"]);
    next.close();
    // No state was saved with the fourth: both files belong to the one before.
    expect(ops(3)).toEqual([
      ["engine", "record", true],
      ["engine", "record", "later"],
    ]);
    expect(ops(4)).toEqual([["engine", "record", "later"]]);
  });

  /** A journal of three records. @returns Its path. */
  function three(): string {
    const journal = openStateJournal(folder.dir);
    journal.begin();
    for (const number of [1, 2, 3]) journal.write(["engine", "record", number]);
    journal.close();
    return join(folder.dir, "gateway-state.journal.1");
  }
  const numbers = (onBroken?: (path: string, records: number) => void) =>
    [...readStateJournal(folder.dir, 1, onBroken)].map((op) => op[2]);

  it.each<[string, (text: string) => string, number[], number]>([
    ["one flipped bit", (text) => text.replace("2]", "3]"), [1, 3], 1],
    ["a flipped bit in a checksum", (text) => `${text[0] === "0" ? "1" : "0"}${text.slice(1)}`, [2, 3], 1],
    ["a block of zero bytes", (text) => `${"\0".repeat(512)}${text}`, [1, 2, 3], 0],
    ["a torn record in the middle", (text) => text.replace("2]", ""), [1, 3], 1],
    ["records that stand there twice", (text) => text + text, [1, 2, 3], 0],
    ["a torn end", (text) => text.slice(0, -3), [1, 2], 0],
    ["a damaged end", (text) => text.replace("3]", "4]"), [1, 2], 1],
    ["records of an earlier version", () => '["engine","record",7]\n["engine","record",7]\n', [7, 7], 0],
    ["another file's text", () => "\u0001\u0002\n<html>\n", [], 2],
    ["nothing", () => "", [], 0],
  ])("plays each whole record once: %s", (_name, change, played, broken) => {
    const path = three();
    writeFileSync(path, change(readFileSync(path, "utf8")));
    const told: unknown[] = [];
    expect(numbers((...each) => void told.push(each))).toEqual(played);
    expect(told).toEqual(broken === 0 ? [] : [[path, broken]]);
  });

  it("collects no empty files while the disk refuses the states", () => {
    const journal = openStateJournal(folder.dir);
    mkdirSync(join(folder.dir, "gateway-state.journal.1"));
    journal.begin();
    for (const _ of [1, 2, 3]) {
      journal.begin();
      journal.saved(false);
    }
    expect(readdirSync(folder.dir)).toEqual(["gateway-state.journal.1"]);
  });

  it("writes nothing more after a fault, until a state was saved", () => {
    const journal = openStateJournal(folder.dir);
    mkdirSync(join(folder.dir, "gateway-state.journal.1"));
    expect(journal.begin()).toBeNull();
    journal.write(["engine", "record", 1]);
    expect(journal.healthy).toBe(false);
    expect(journal.begin()).toBe(2);
    expect(journal.healthy).toBe(false);
    journal.saved(true);
    expect(journal.healthy).toBe(true);
    journal.write(["engine", "record", 2]);
    journal.close();
    expect(ops(2)).toEqual([["engine", "record", 2]]);
  });
});
