// What a person would start, started as they would: the built commands, in plain Node, with an environment of their own.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../lib/run-command.ts";
import { repoRoot } from "../lib/workspace.ts";

export type ProgramCheck = () => Promise<void>;

const bin = (path: string): string => join(repoRoot, "apps", path);

async function printsHelp(file: string): Promise<void> {
  assert.ok(existsSync(file), `${file} is missing`);
  const { ok, output } = await runCommand(process.execPath, [file, "--help"], "/");
  assert.ok(ok, output);
  assert.match(output, /quotas/);
}

export const PROGRAM_CHECKS: Readonly<Record<string, ProgramCheck>> = {
  "ccp --help": () => printsHelp(bin("cli/bin/cc.mjs")),
};
