import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createLogReader } from "./check-log.ts";

const decision = (rid: string): string => `${JSON.stringify({ rid, event: "decision", status: -1 })}\n`;
const completion = (rid: string, status = 200, tokens = 5): string =>
  `${JSON.stringify({ rid, status, output_tokens: tokens })}\n`;

function openLog(): string {
  const dir = mkdtempSync(join(tmpdir(), "ccp-check-log-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, "usage.jsonl");
  writeFileSync(path, "");
  return path;
}

it("follows a log over a change of file, and lines that come in two", () => {
  const path = openLog();
  const reader = createLogReader(path);
  appendFileSync(path, decision("a") + completion("a").slice(0, 9));
  reader.poll();
  appendFileSync(path, completion("a").slice(9) + decision("b"));
  renameSync(path, `${path}.1`);
  writeFileSync(path, completion("b"));
  reader.poll();
  const client = { status: 200, outputTokens: 5 };
  expect(
    reader.finish(
      new Map([
        ["a", client],
        ["b", client],
      ]),
      0,
    ),
  ).toEqual({ lines: 4, completions: 2, faults: [] });
});

it("tells what does not fit", () => {
  const path = openLog();
  const reader = createLogReader(path);
  appendFileSync(
    path,
    `${completion("twice")}${completion("twice")}${completion("late")}${decision("late")}{"rid":\n` +
      `${completion("status", 499)}${completion("tokens", 200, 4)}${completion("nobody's")}`,
  );
  const names = ["twice", "late", "status", "tokens", "lost"];
  const found = reader.finish(new Map(names.map((rid) => [rid, { status: 200, outputTokens: 5 }])), 0);
  expect(found.faults).toEqual([
    "twice has more than one completion line",
    "late decides behind its completion",
    'a line that is no JSON: {"rid":',
    "status is logged as 499, its client saw 200",
    "tokens is logged with 4 output tokens, it had 5",
    "lost has no completion line",
    "1 exchanges in the log are nobody's, 0 could be",
  ]);
});
