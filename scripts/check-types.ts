// Compiles every project without writing anything. A package has two programs: its own code with the platform it may
// use, and the same with its tests. They must stay apart: a test brings Node's types into its program, and then
// nothing in it is an error that should be one. What runs in a browser is a program of its own.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { mapParallel, runCommand } from "./lib/run-command.ts";
import { listProjects, repoRoot } from "./lib/workspace.ts";

const tsc = join(repoRoot, "node_modules/typescript/bin/tsc");

const configs = [
  ...listProjects().flatMap(({ dir }) =>
    ["tsconfig.json", "tsconfig.test.json", "tsconfig.client.json"].map((name) => join(dir, name)),
  ),
  join(repoRoot, ".config/tsconfig.scripts.json"),
].filter((file) => existsSync(file));

const results = await mapParallel(configs, async (config) => {
  const result = await runCommand(process.execPath, [tsc, "-p", config, "--pretty", "false"], repoRoot);
  return { config: relative(repoRoot, config), ...result };
});

const failed = results.filter(({ ok }) => !ok);
for (const { config, output } of failed) console.error(`\n${config}\n${output.trimEnd()}`);
console.log(`types: ${results.length - failed.length} of ${results.length} programs compile`);
process.exitCode = failed.length === 0 ? 0 : 1;
