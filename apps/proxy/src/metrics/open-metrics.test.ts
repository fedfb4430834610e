import { expect, it } from "vitest";
import { scrapeOfEverything } from "../testing/scrape-of-everything.ts";
import { toOpenMetrics } from "./metrics.ts";

const METADATA = /^# (HELP|TYPE) (\w+) .+$/;
const SAMPLE = /^(\w+)(?:\{(?:\w+="(?:[^"\\]|\\["\\n])*",?)*\})? (?:\+Inf|-?[\d.e+-]+)$/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total"],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"],
};

it("is OpenMetrics as Prometheus reads it: no empty line, each sample below its own family, the end marked", async () => {
  const lines = toOpenMetrics(await scrapeOfEverything()).split("\n");
  expect(lines.splice(-2)).toEqual(["# EOF", ""]);
  const families: string[] = [];
  let type = "";
  for (const line of lines) {
    const [, kind, family] = METADATA.exec(line) ?? [];
    if (kind === "HELP" && family !== undefined) families.push(family);
    else if (kind === "TYPE") type = line.split(" ")[3] ?? "";
    else {
      const [, name = ""] = SAMPLE.exec(line) ?? [];
      const allowed = (SUFFIXES[type] ?? []).map((suffix) => `${families.at(-1)}${suffix}`);
      expect(allowed, line).toContain(name);
    }
  }
  expect(families).toContain("ccp_requests");
  expect(new Set(families).size).toBe(families.length);
});
