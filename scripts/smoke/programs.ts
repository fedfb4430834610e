// What a person would start, started as they would: the built commands, in plain Node, with an environment and a home
// of their own, from a folder that is no checkout.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../lib/run-command.ts";
import { whileItRuns } from "../lib/start-program.ts";
import { repoRoot } from "../lib/workspace.ts";

export type ProgramCheck = (home: string) => Promise<void>;

const cli = join(repoRoot, "apps/cli/bin/cc.mjs");
const gateway = join(repoRoot, "apps/proxy/bin/ccp-gateway.mjs");

const environment = (home: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: home,
  XDG_CONFIG_HOME: join(home, "config"),
  XDG_STATE_HOME: join(home, "state"),
  CCP_STATE_DIR: join(home, "state/ccp"),
  CCP_PORT: "0",
  NO_COLOR: "1",
  // Without it the commands of a checkout run their sources.
  CCP_USE_DIST: "1",
});

/** Starts a gateway, asks for its health, and ends it. */
async function servesAndStops(file: string, args: readonly string[], home: string): Promise<void> {
  const line = { file: process.execPath, args: [file, ...args], cwd: home, env: environment(home) };
  await whileItRuns(line, async (url) => {
    const health = await fetch(`${url}/healthz`);
    assert.equal(health.status, 200);
    await health.arrayBuffer();
    assert.equal((await fetch(`${url}/v1/usage`)).status, 200);
    // Its script and style are part of the build, not files to be found.
    const page = await (await fetch(`${url}/dashboard`)).text();
    assert.match(page, /<script type="module">[^<]/);
  });
}

async function printsHelp(home: string): Promise<void> {
  const { ok, output } = await runCommand(process.execPath, [cli, "--help"], home, environment(home));
  assert.ok(ok, output);
  assert.match(output, /quotas/);
}

const CHECKS: Readonly<Record<string, ProgramCheck>> = {
  "ccp --help": printsHelp,
  "ccp start": (home) => servesAndStops(cli, ["start"], home),
  "ccp-gateway": (home) => servesAndStops(gateway, [], home),
};

/** The checks by name, each in a fresh home that is gone afterwards. */
export const PROGRAM_CHECKS: readonly (readonly [name: string, run: () => Promise<void>])[] = Object.entries(
  CHECKS,
).map(([name, check]) => [name, () => inFreshHome(check)]);

async function inFreshHome(check: ProgramCheck): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "ccp-smoke-"));
  try {
    await check(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
