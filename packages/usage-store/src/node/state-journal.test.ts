import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
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

  it("ends where a line is torn: what follows has a gap", () => {
    const journal = openStateJournal(folder.dir);
    journal.begin();
    journal.write(["engine", "record", 1]);
    journal.close();
    const path = join(folder.dir, "gateway-state.journal.1");
    appendFileSync(path, '["engine","rec');
    appendFileSync(join(folder.dir, "gateway-state.journal.2"), '["engine","record",2]\n');
    expect(ops()).toEqual([["engine", "record", 1]]);
    appendFileSync(path, '\n["x"]\n');
    expect(ops()).toEqual([["engine", "record", 1]]);
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
