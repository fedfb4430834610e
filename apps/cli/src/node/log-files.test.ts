import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tempDir } from "../test-kit/temp-log.ts";
import { closeLogFiles, linesBackwards, openLogFiles } from "./log-files.ts";

function backwards(path: string): string[] {
  const files = openLogFiles(path);
  const lines = files.flatMap((file) => [...linesBackwards(file)]);
  closeLogFiles(files);
  return lines;
}

describe("linesBackwards", () => {
  it("gives the whole lines of a file, last one first", () => {
    const path = join(tempDir(), "log");
    const line = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll("\n", " "));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), line, (lines, torn) => {
        writeFileSync(path, lines.map((one) => `${one}\n`).join("") + torn);
        expect(backwards(path)).toEqual(lines.filter((one) => one !== "").reverse());
      }),
      { numRuns: 50 },
    );
  });

  it("puts lines together that stand across the pieces it reads", () => {
    const path = join(tempDir(), "log");
    const lines = Array.from({ length: 9 }, (_, index) => String(index).repeat(100_000 + index));
    writeFileSync(path, lines.map((one) => `${one}\n`).join(""));
    expect(backwards(path)).toEqual([...lines].reverse());
  });

  it("reads generations from the newest on", () => {
    const dir = tempDir();
    for (const [name, text] of [
      ["usage.jsonl", "c\n"],
      ["usage.jsonl.1", "b\n"],
      ["usage.jsonl.10", "a\n"],
      ["usage.jsonl.bak", "x\n"],
    ] as const) {
      writeFileSync(join(dir, name), text);
    }
    expect(backwards(dir)).toEqual(["c", "b", "a"]);
  });

  it("finds nothing where nothing is", () => {
    expect(backwards("/nowhere/usage.jsonl")).toEqual([]);
    expect(backwards(tempDir())).toEqual([]);
  });
});
