import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UsageEvent } from "@ccp/usage-contract";
import { encodeEvent } from "@ccp/usage-store";
import { onTestFinished } from "vitest";

/** A folder that goes with the test. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "cc-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes a generation of the log: 0 is the file that is written to. */
export function writeLog(dir: string, lines: readonly (UsageEvent | string)[], generation = 0): void {
  const name = generation === 0 ? "usage.jsonl" : `usage.jsonl.${generation}`;
  const text = lines.map((line) => (typeof line === "string" ? line : encodeEvent(line))).join("");
  writeFileSync(join(dir, name), text);
}
