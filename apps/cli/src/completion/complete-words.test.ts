import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../command-tree.ts";
import { exchange } from "../test-kit/recorded-exchange.ts";
import { json, runTest, type TestOptions } from "../test-kit/run-test.ts";
import { tempDir, writeLog } from "../test-kit/temp-log.ts";
import { VIEWS, view } from "../test-kit/views.ts";

const live = { routes: { "GET /v1/usage": json(VIEWS.normal) } };

/** Values that are offered, then how the shell goes on. */
async function offered(words: string[], options: TestOptions = live, ...flags: string[]): Promise<string[]> {
  const run = await runTest(["complete", ...flags, "--", ...words], options);
  expect([run.code, run.stderr]).toEqual([0, ""]);
  return run.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t")[0] ?? "");
}

describe("cc complete", () => {
  it("offers every command that people see", async () => {
    const visible = Object.entries(COMMANDS).flatMap(([name, { hidden }]) => (hidden === true ? [] : [name]));
    expect(await offered([""])).toEqual([...visible, ":4"]);
    expect(visible).not.toContain("complete");
  });

  it.each([
    [["qu"], ["quotas", ":4"]],
    [
      ["quotas", "r"],
      ["reload", ":4"],
    ],
    [
      ["--url", "x", "quotas", "rel"],
      ["reload", ":4"],
    ],
    [
      ["quotas", "--w"],
      ["--watch", "--window", ":4"],
    ],
    [
      ["quotas", "--watch", "--w"],
      ["--window", ":4"],
    ],
    [
      ["quotas", "--lane", ""],
      ["zai", "anthropic", "deepseek", ":4"],
    ],
    [
      ["quotas", "--lane", "a"],
      ["anthropic", ":4"],
    ],
    [
      ["quotas", "--lane=a"],
      ["--lane=anthropic", ":4"],
    ],
    [
      ["quotas", "--window", ""],
      ["5h", "7d", ":4"],
    ],
    [
      ["guard", "--model", "g"],
      ["glm-4.7", ":4"],
    ],
    [
      ["decide", ""],
      ["glm-4.7", "claude-opus-5", ":4"],
    ],
    [["decide", "m", ""], [":4"]],
    [
      ["logs", "--event", ""],
      ["decision", "completion", ":4"],
    ],
    [
      ["logs", "--event=d"],
      ["--event=decision", ":4"],
    ],
    [["start", "--u"], [":4"]],
    [["logs", "--log", ""], [":0"]],
    [
      ["config", "init", "--lane", "zai", "--l"],
      ["--lane", ":4"],
    ],
    [
      ["config", "schema", ""],
      ["providers", "quotas", ":4"],
    ],
    [
      ["completion", "p"],
      ["powershell", ":4"],
    ],
    [
      ["providers", "show", ""],
      ["zai", "anthropic", "deepseek", ":4"],
    ],
    [
      ["providers", "test", "a"],
      ["anthropic", ":4"],
    ],
    [
      ["simulate", "--mode", ""],
      ["preemptive", "run2cap", "hybrid", ":4"],
    ],
    [
      ["simulate", "--mode=hybrid,run2cap,"],
      ["--mode=hybrid,run2cap,preemptive", ":4"],
    ],
    [
      ["simulate", "--mode", "nope,"],
      ["nope,preemptive", "nope,run2cap", "nope,hybrid", ":4"],
    ],
    [
      ["calibration", "reset", "--model", "g"],
      ["glm-4.7", ":4"],
    ],
    [["claude", "--", "x"], [":0"]],
    [["quotas", "--", "x"], [":4"]],
    [["--col"], ["--color", ":4"]],
    [["--no"], ["--no-color", ":4"]],
    [["quotas", "--json=t"], [":4"]],
    [
      ["quotas", "--nonsense", "--js"],
      ["--json", ":4"],
    ],
    [["nonsense", "q"], [":4"]],
    [
      ["logs", "-n", "5", "--fol"],
      ["--follow", ":4"],
    ],
  ])("%j", async (words, expected) => {
    expect(await offered(words)).toEqual(expected);
  });

  it("takes an empty word by name", async () => {
    expect(await offered(["env", "--shell"], live, "--next")).toEqual(["bash", "zsh", "fish", "pwsh", ":4"]);
  });

  it("goes to the files while the gateway is down", async () => {
    const down = { routes: null };
    expect(await offered(["quotas", "--lane", "z"], down)).toEqual(["zai", ":4"]);
    expect(await offered(["decide", "glm-4"], down)).toEqual(["glm-4.7", ":4"]);
    expect(await offered(["quotas", "--window", ""], down)).toEqual(["5h", "7d", ":4"]);
  });

  it("offers the newest requests of the log", async () => {
    const dir = tempDir();
    writeLog(dir, [...exchange({ at: 1, rid: "01A" }), ...exchange({ at: 2, rid: "01B" })]);
    const options = { ...live, env: { CCP_LOGS_DIR: dir } };
    expect(await offered(["explain", ""], options)).toEqual(["last", "01B", "01A", ":4"]);
    expect(await offered(["explain", ""])).toEqual(["last", ":4"]);
  });

  it("offers those of the log that the running gateway keeps, without a word about the place", async () => {
    const [theirs, ours] = [tempDir(), tempDir()];
    writeLog(theirs, exchange({ at: 1, rid: "THEIRS" }));
    mkdirSync(join(ours, "ccp", "logs"), { recursive: true });
    const gateway = { version: "1.0.0", node: "v24.0.0", pid: 7, host: "127.0.0.1" };
    const usage = view({ gateway: { ...gateway, state_dir: theirs, logs_dir: theirs } });
    const options = { routes: { "GET /v1/usage": json(usage) }, env: { XDG_STATE_HOME: ours } };
    expect(await offered(["explain", ""], options)).toEqual(["last", "THEIRS", ":4"]);
  });

  it("offers no name that a terminal could not show as it is", async () => {
    const usage = view({
      lanes: { "z\u001b[31m": { state: "ok", windows: [] }, zai: { state: "ok", windows: [] } },
    });
    expect(await offered(["quotas", "--lane", ""], { routes: { "GET /v1/usage": json(usage) } })).toEqual([
      "zai",
      ":4",
    ]);
  });
});

describe("cc completion", () => {
  it.each(["bash", "zsh", "fish", "powershell"])(
    "%s: asks the command by its name, in a checkout by its path",
    async (shell) => {
      const { code, stdout, stderr } = await runTest(["completion", shell]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/\bccp'? (complete|@ask)/);
      const checkout = await runTest(["completion", shell, "--name", "cq"], {
        deps: { checkoutDir: "/src/my ccp" },
      });
      expect(checkout.stdout).toContain("'/src/my ccp/apps/cli/bin/cc.mjs'");
      expect(checkout.stdout).toMatch(/\bcq\b/);
    },
  );

  it.each([[[]], [["csh"]], [["bash", "--name", "a b"]], [["bash", "--name=$(x)"]]])(
    "%j is 64",
    async (argv) => {
      expect((await runTest(["completion", ...argv])).code).toBe(64);
    },
  );
});
