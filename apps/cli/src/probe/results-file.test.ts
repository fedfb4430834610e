import { parseProbeResults } from "@ccp/quota-engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProbeTableRow } from "./probe-run.ts";
import { appendRun } from "./results-file.ts";

const ROW: ProbeTableRow = {
  timestamp: "2026-11-21T19:41:07Z",
  model: "glm-4-6",
  repeat: 20,
  first_429_index: null,
  calc_headroom: 99_000,
  inferred_multiplier: null,
  hour: 19,
  status: "sim-200",
};
const BLOCK = { model: "glm-4-6", gap_seconds_p50: 180, gap_seconds_p95: 240, samples: 6 };

describe("appendRun", () => {
  it("begins a file with a heading, a table and a block", () => {
    expect(appendRun(null, ROW, [BLOCK])).toBe(`# GLM limit probe

Written by \`ccp probe glm\`: a row and a block for each run. The gateway reads this file at start, at each calibration
tick, and when it changes. Unknown is \`-\`. A status that begins with \`sim\` is a dry run and says nothing about the
vendor.

| timestamp | model | repeat | first_429_index | calc_headroom | inferred_multiplier | hour | status |
|---|---|---|---|---|---|---|---|
| 2026-11-21T19:41:07Z | glm-4-6 | 20 | - | 99000 | - | 19 | sim-200 |

\`\`\`json
[{"model":"glm-4-6","gap_seconds_p50":180,"gap_seconds_p95":240,"samples":6}]
\`\`\`
`);
    expect(appendRun("  \n\n", ROW, [BLOCK])).toBe(appendRun(null, ROW, [BLOCK]));
  });

  it("puts the next row under the last one, and its block at the end", () => {
    const first = appendRun(null, ROW, [BLOCK]);
    const second = appendRun(first, { ...ROW, first_429_index: 7, inferred_multiplier: 0.68 }, [
      { ...BLOCK, gap_seconds_p50: 90 },
    ]);
    const added = [
      "| 2026-11-21T19:41:07Z | glm-4-6 | 20 | 7 | 99000 | 0.68 | 19 | sim-200 |",
      "```json",
      '[{"model":"glm-4-6","gap_seconds_p50":90,"gap_seconds_p95":240,"samples":6}]',
      "```",
    ];
    const lines = second.split("\n");
    const firstLines = first.split("\n");
    expect(lines.length).toBe(firstLines.length + 5);
    expect(lines.indexOf(added[0] ?? "")).toBe(firstLines.findIndex((line) => line.startsWith("| 2026")) + 1);
    expect(lines.slice(-4, -1)).toEqual(added.slice(1));
  });

  it("takes no table inside a fenced block, and no other table, for its own", () => {
    const other = "# Mine\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n| timestamp | model | x |\n```\n";
    const text = appendRun(other, ROW, [BLOCK]);
    expect(text.startsWith(`${other.trimEnd()}\n\n| timestamp | model | repeat |`)).toBe(true);
  });

  it("is read back by the parser, whatever stood in the file before", () => {
    const number = fc.option(fc.double({ min: 0.0001, max: 1e6, noNaN: true }), { nil: null });
    const row = fc.record({
      timestamp: fc.constant("2026-11-21T19:41:07Z"),
      model: fc.constantFrom("glm-4-6", "GLM-4.7", "claude-haiku-4-5-20251001"),
      repeat: fc.nat(10_000),
      first_429_index: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: null }),
      calc_headroom: fc.option(fc.nat(), { nil: null }),
      inferred_multiplier: number.map((value) => (value === null ? null : Math.round(value * 1e4) / 1e4)),
      hour: fc.integer({ min: 0, max: 23 }),
      status: fc.constantFrom("200", "429", "sim-200", "interrupted"),
    });
    const noise = fc.constantFrom(
      "",
      "# Notes\n\nsome words\n",
      "| a | b |\n|---|---|\n| 1 | 2 |\n",
      "text\r\n",
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), noise, (rows, before) => {
        const text = rows.reduce((file: string | null, each) => appendRun(file, each, [BLOCK]), before) ?? "";
        const { blocks, rows: read, issues } = parseProbeResults(text);
        // The other table of the noise has another number of columns, which the parser tells.
        expect(issues.filter((issue) => !issue.message.startsWith("expected 8 columns"))).toEqual([]);
        expect(read.map((each) => [each.model, each.first429Index, each.inferredMultiplier])).toEqual(
          rows.map((each) => [each.model, each.first_429_index, each.inferred_multiplier]),
        );
        expect(blocks.find((each) => each.model === "glm-4.6")).toMatchObject({
          gapSecondsP50: 180,
          samples: 6,
        });
      }),
      { numRuns: 200 },
    );
  });
});
