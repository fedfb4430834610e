import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { repoRoot } from "../lib/workspace.ts";

const SCRIPT = join(repoRoot, "scripts/experiments/glm-limit-probe.sh");
const run = promisify(execFile);

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "ccp-probe-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Starts the demo on a free port. @returns Its address. */
async function startDemo(): Promise<string> {
  const args = ["--conditions=ccp-source", join(repoRoot, "apps/proxy/src/main.ts"), "--demo", "--port", "0"];
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, HOME: tempDir() },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await exited;
  });
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  const address = /^ccp \S+ {2}(http:\S+)/m;
  await expect.poll(() => output, { timeout: 15_000, interval: 50 }).toMatch(address);
  return address.exec(output)?.[1] ?? "";
}

describe("glm-limit-probe.sh", () => {
  it("is cc probe glm, from any folder, whatever Node the caller has", async () => {
    const env = { PATH: "/usr/bin:/bin", HOME: tempDir() };
    const { stdout } = await run(SCRIPT, ["--help"], { cwd: tempDir(), env });
    expect(stdout.startsWith("cc probe glm  ")).toBe(true);
  });

  it("says what is missing where nothing is installed", async () => {
    const copy = join(tempDir(), "scripts", "experiments");
    await run("sh", ["-c", 'mkdir -p "$1" && cp "$2" "$1"', "sh", copy, SCRIPT]);
    await expect(run(join(copy, "glm-limit-probe.sh"), [])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("next: node scripts/ensure.mjs"),
    });
  });

  it("leaves results that the running demo takes in", async () => {
    const url = await startDemo();
    const usage = async () =>
      (await (await fetch(`${url}/v1/usage`)).json()) as {
        probe_results: string;
        models: Record<string, { gap_samples: number; gap_seconds_p50: number | null }>;
      };
    const before = await usage();
    expect(before.models["glm-4.6"]).toMatchObject({ gap_samples: 0, gap_seconds_p50: null });
    expect(existsSync(before.probe_results)).toBe(false);

    const args = ["--model", "glm-4-6", "--repeat", "3", "--tokens", "50", "--sleep", "0"];
    const home = tempDir();
    const { stdout } = await run(SCRIPT, [...args, "--port", new URL(url).port], {
      env: { PATH: process.env.PATH, HOME: home, COLUMNS: "120" },
    });
    expect(stdout).toContain("no limit in 3 requests, 99850 tokens left by our count\n");
    expect(readFileSync(before.probe_results, "utf8")).toContain('[{"model":"glm-4-6","gap_seconds_p50":0,');
    await expect
      .poll(async () => (await usage()).models["glm-4.6"], { timeout: 5_000, interval: 100 })
      .toMatchObject({ gap_samples: 1, gap_seconds_p50: 0 });
  });
});
