import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseProbeResults } from "./parse-probe-results.ts";

const FILE = `# GLM limit probe

| timestamp | model | repeat | first_429_index | calc_headroom | inferred_multiplier | hour | status |
|---|---|---:|---:|---:|---:|---:|---|
| 2026-10-01T09:00:00Z | glm-4-6 | 20 | 13 | 4000 | 0.6 | 9 | 429 |
| 2026-10-02T09:00:00Z | GLM-4.6 | 20 | 12 | 4100 | 0.58 | 9 | 429 |
| 2026-10-03T09:00:00Z | glm-5 | 20 | - | - | - | 9 | ok |

\`\`\`json
[{"model":"glm-4-6","gap_seconds_p50":100,"gap_seconds_p95":110,"samples":2}, {"model":"glm-5","gap_seconds_p50":null,"gap_seconds_p95":null,"samples":0}]
\`\`\`

\`\`\`json
[{"model":"glm-4-6","gap_seconds_p50":180,"gap_seconds_p95":240,"samples":6}]
\`\`\`
`;

describe("parseProbeResults", () => {
  it("reads table and blocks; the newest block of a model counts", () => {
    const { blocks, rows, issues } = parseProbeResults(FILE);
    expect(issues).toEqual([]);
    expect(blocks).toEqual([
      { model: "glm-5", gapSecondsP50: null, gapSecondsP95: null, samples: 0, multipliers: [] },
      { model: "glm-4.6", gapSecondsP50: 180, gapSecondsP95: 240, samples: 6, multipliers: [0.6, 0.58] },
    ]);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      timestamp: "2026-10-01T09:00:00Z",
      model: "glm-4-6",
      repeat: 20,
      first429Index: 13,
      calcHeadroom: 4000,
      inferredMultiplier: 0.6,
      hour: 9,
      status: "429",
    });
    expect(rows[2]).toMatchObject({
      first429Index: null,
      calcHeadroom: null,
      inferredMultiplier: null,
      status: "ok",
    });
  });

  it("is an empty result for an empty file", () => {
    expect(parseProbeResults("")).toEqual({ blocks: [], rows: [], issues: [] });
  });

  it("reads Windows line ends and a block that is never closed", () => {
    const { blocks, issues } = parseProbeResults(
      '```json\r\n[{"model":"glm-5","gap_seconds_p50":1,"gap_seconds_p95":2,"samples":3}]\r\n',
    );
    expect([blocks[0]?.samples, issues]).toEqual([3, []]);
  });

  it("takes no block in another language", () => {
    expect(parseProbeResults('```sh\n[{"model":"x"}]\n```\n')).toEqual({ blocks: [], rows: [], issues: [] });
  });

  it.each([
    ["| 2026 | glm-5 | 20 | 13 |", { path: "table", message: "expected 8 columns, found 4", line: 1 }],
    [
      "| 2026 | | 20 | 13 | 1 | 1 | 9 | 429 |",
      { path: "table.model", message: 'expected a model name, found ""', line: 1 },
    ],
    [
      "| 2026 | glm-5 | twenty | 13 | 1 | 1 | 9 | 429 |",
      { path: "table.repeat", message: "expected a number or -", line: 1 },
    ],
    [
      "| 2026 | glm-5 | 20 | 13 | 1e400 | 1 | 9 | 429 |",
      { path: "table.calc_headroom", message: "expected a number or -", line: 1 },
    ],
    [
      "| 2026 | glm-5 | 20 | 13 | 1 | NaN | 9 | 429 |",
      { path: "table.inferred_multiplier", message: "expected a number or -", line: 1 },
    ],
    [
      "| 2026 | glm-5 | 20 | 13 | 1 | -1 | 9 | 429 |",
      { path: "table.inferred_multiplier", message: "expected a number above 0, found -1", line: 1 },
    ],
    [
      "| 2026 | glm-5 | 20 | 13 | 1 | 1 | 24 | 429 |",
      { path: "table.hour", message: "expected 0 to 23, found 24", line: 1 },
    ],
  ])("leaves out the row %s with an issue", (row, issue) => {
    const good = "| 2026 | glm-5 | 20 | 13 | 1 | 1 | 9 | 429 |";
    expect(parseProbeResults(`${row}\n${good}\n`)).toMatchObject({
      issues: [issue],
      rows: [{ model: "glm-5" }],
    });
  });

  it.each([
    ["{", { path: "json", message: "expected JSON", line: 2 }],
    ["{}", { path: "json", message: "expected a list of models", line: 2 }],
    ["[5]", { path: "json.0", message: "expected an object", line: 2 }],
    ['[{"model":""}]', { path: "json.0", message: "model: expected a name", line: 2 }],
    [
      '[{"model":"glm-5","gap_seconds_p50":"180"}]',
      { path: "json.0", message: "gap_seconds_p50: expected seconds or null", line: 2 },
    ],
    [
      '[{"model":"glm-5","gap_seconds_p50":1}]',
      { path: "json.0", message: "gap_seconds_p95: expected seconds or null", line: 2 },
    ],
    [
      '[{"model":"glm-5","gap_seconds_p50":1,"gap_seconds_p95":1,"samples":1.5}]',
      { path: "json.0", message: "samples: expected a count", line: 2 },
    ],
  ])("leaves out the block %s with an issue", (json, issue) => {
    const good = '```json\n[{"model":"glm-5","gap_seconds_p50":1,"gap_seconds_p95":2,"samples":3}]\n```\n';
    const { blocks, issues } = parseProbeResults(`\`\`\`json\n${json}\n\`\`\`\n${good}`);
    expect(issues).toEqual([issue]);
    expect(blocks).toHaveLength(1);
  });

  it("never throws, whatever the file holds", () => {
    const line = fc.oneof(fc.string(), fc.constantFrom(...FILE.split("\n")), fc.json());
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const { blocks, rows } = parseProbeResults(lines.join("\n"));
        for (const block of blocks) expect(block.model).not.toBe("");
        for (const row of rows) expect(row.hour === null || row.hour < 24).toBe(true);
      }),
    );
  });
});
