import { appendFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ImportedRow } from "../imported-usage.ts";
import { appendImported, IMPORT_NAME, importedPosition, readImported } from "./imported-usage.ts";
import { temporaryFolder } from "./log-test-kit.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const NOW = 1_800_000_000_000;

function row(id: string, part = 0): ImportedRow {
  return {
    id,
    ts: 1_799_000_000.5,
    lane: "anthropic",
    model: "opus",
    input_tokens: 1,
    output_tokens: 2,
    cache_creation_tokens: 3,
    cache_read_tokens: 4,
    part,
  };
}

const ids = (options?: Parameters<typeof readImported>[1]) =>
  [...readImported(folder.dir, options)].map(({ id }) => id);

it("gives rows back as they were, readable by the owner alone", () => {
  expect([ids(), importedPosition(folder.dir)]).toEqual([[], null]);
  const after = appendImported(folder.dir, [row("a"), row("b"), row("a", 1)], NOW);
  expect([...readImported(folder.dir)]).toEqual([row("a"), row("b"), row("a", 1)]);
  expect(importedPosition(folder.dir)).toEqual(after);
  expect(statSync(join(folder.dir, IMPORT_NAME)).mode & 0o777).toBe(0o600);
});

it("reads on from a place, and by time where the place is not found", () => {
  const after = appendImported(folder.dir, [row("a")], NOW);
  appendImported(folder.dir, [row("b")], NOW + 1000);
  expect(ids({ after })).toEqual(["b"]);
  expect(ids({ after: { ...after, mark: "another" }, sinceMs: NOW + 500 })).toEqual(["b"]);
  expect(ids({ after: { ...after, ino: after.ino + 1 } })).toEqual(["a", "b"]);
});

it("passes over what is no row, and starts on a line of its own after a torn one", () => {
  appendImported(folder.dir, [row("a")], NOW);
  appendFileSync(join(folder.dir, IMPORT_NAME), 'x\n{"ts":1,"id":"b","at":"soon"}\n{"ts":1800000');
  appendImported(folder.dir, [row("c")], NOW);
  expect(ids()).toEqual(["a", "c"]);
});
