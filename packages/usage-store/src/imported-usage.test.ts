import { expect, it } from "vitest";
import { freshRows, type ImportedSums, isInWindows, noteImported } from "./imported-usage.ts";

const row = (id: string, output_tokens: number) => ({
  id,
  ts: 1_800_000_000,
  lane: "anthropic",
  model: "opus",
  input_tokens: 100,
  output_tokens,
  cache_creation_tokens: 0,
  cache_read_tokens: 0,
});

function recordOf(rows: ReturnType<typeof freshRows>): ImportedSums {
  const sums: ImportedSums = new Map();
  for (const each of rows) noteImported(sums, each);
  return sums;
}

// anthropics/claude-code#84223, #93620: the final count of an answer stands in its transcript later than its first lines.
it("gives what an answer has grown by since it was imported, once", () => {
  const first = freshRows([row("a", 1)], new Map());
  expect(first).toMatchObject([{ id: "a", output_tokens: 1, part: 0 }]);
  const later = freshRows([row("a", 2600), row("b", 5)], recordOf(first));
  expect(later).toMatchObject([
    { id: "a", input_tokens: 0, output_tokens: 2599, part: 1 },
    { id: "b", input_tokens: 100, output_tokens: 5, part: 0 },
  ]);
  expect(freshRows([row("a", 2600), row("a", 7), row("b", 5)], recordOf([...first, ...later]))).toEqual([]);
});

it("counts a row once that one import brings twice", () => {
  expect(freshRows([row("a", 1), row("a", 1), row("a", 4)], new Map())).toMatchObject([
    { output_tokens: 1, part: 0 },
    { input_tokens: 0, output_tokens: 3, part: 1 },
  ]);
});

it("counts in the windows of today what is neither older than a week nor from the future", () => {
  const nowMs = 1_800_000_000_000;
  const inWindows = [-700_000, -600_000, 0, 3000, 4000, 200_000_000_000].map((sec) =>
    isInWindows({ ts: nowMs / 1000 + sec }, nowMs),
  );
  expect(inWindows).toEqual([false, true, true, true, false, false]);
});
