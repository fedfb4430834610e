import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { json, NOW_SEC, runTest, type TestRun } from "../test-kit/run-test.ts";
import { loggedEvent, openStoreWorld, storedEvents, TRANSCRIPTS } from "../test-kit/store-world.ts";
import { tempDir, writeLog } from "../test-kit/temp-log.ts";
import { view } from "../test-kit/views.ts";

interface Told {
  readonly stateDir: string;
  readonly logsDir: string;
}

/** One gateway runs and names its folders; this shell would have others, with a log and a request of their own. */
async function twoGateways() {
  const theirs = openStoreWorld();
  theirs.log([loggedEvent({ rid: "THEIRS0", ts: NOW_SEC - 60 })]);
  await theirs.store(storedEvents());
  const stateHome = tempDir();
  const stateDir = join(stateHome, "ccp");
  const logsDir = join(stateDir, "logs");
  mkdirSync(logsDir, { recursive: true });
  writeLog(logsDir, [loggedEvent({ rid: "OURS0", ts: NOW_SEC - 30 })]);
  const run = (argv: readonly string[], told: Told | null, env: Record<string, string> = {}) => {
    const gateway = { version: "1.0.0", node: "v24.0.0", pid: 7, host: "127.0.0.1" };
    const folders = told === null ? {} : { state_dir: told.stateDir, logs_dir: told.logsDir };
    const routes = { "GET /v1/usage": json(view({ gateway: { ...gateway, ...folders } })) };
    return runTest(argv, {
      routes,
      env: { XDG_STATE_HOME: stateHome, CLAUDE_CONFIG_DIR: TRANSCRIPTS, ...env },
    });
  };
  return { theirs, ours: { stateDir, logsDir, stateHome }, run };
}

const rids = ({ stdout }: TestRun): string[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).rid);

describe("a gateway that keeps its files elsewhere", () => {
  it("has its own log and history read by explain, logs, db, simulate, import and doctor, with one line", async () => {
    const { theirs, ours, run } = await twoGateways();
    const note = `ccp: reading the running gateway's ${theirs.stateDir}, not this shell's ${ours.stateDir}\n`;

    const logs = await run(["logs", "--json"], theirs);
    expect([logs.code, rids(logs), logs.stderr]).toEqual([0, ["THEIRS0"], note]);

    const explained = await run(["explain", "last", "--json"], theirs);
    expect([JSON.parse(explained.stdout).rid, explained.stderr]).toEqual(["THEIRS0", note]);

    const db = await run(["db", "status", "--json"], theirs);
    expect([JSON.parse(db.stdout).path, db.stderr]).toEqual([theirs.database, note]);
    const csv = await run(["db", "export", "--csv"], theirs);
    expect([csv.stdout.trim().split("\n").length, csv.stderr]).toEqual([1 + 5, note]);
    const brought = await run(["db", "import", "--jsonl"], theirs);
    expect([brought.stdout, brought.stderr]).toEqual(["added 1 exchange\n", note]);

    const simulated = await run(["simulate", "--json"], theirs);
    expect(simulated.stderr).toContain(note);
    expect(simulated.stdout + simulated.stderr).toContain(theirs.logsDir);

    expect((await run(["import", "claude", "--dry-run"], theirs)).stderr).toContain(note);
    const doctor = await run(["doctor"], theirs);
    expect(doctor.stderr).toContain(note);
    expect(doctor.stdout).toContain(`${theirs.stateDir} can be written`);
  });

  it("is not asked where a folder or a log is named", async () => {
    const { theirs, ours, run } = await twoGateways();
    for (const [argv, env] of [
      [["logs", "--json"], { CCP_STATE_DIR: ours.stateDir }],
      [["logs", "--json"], { CCP_LOGS_DIR: ours.logsDir }],
      [["logs", "--json", "--log", ours.logsDir], {}],
    ] as const) {
      const run1 = await run(argv, theirs, env);
      expect([rids(run1), run1.stderr]).toEqual([["OURS0"], ""]);
    }
  });

  it("says nothing where the folders are the same, are not told, or this shell has none", async () => {
    const { theirs, ours, run } = await twoGateways();
    for (const told of [ours, null, { stateDir: "relative", logsDir: "logs" }]) {
      const same = await run(["logs", "--json"], told);
      expect([rids(same), same.stderr]).toEqual([["OURS0"], ""]);
    }
    const only = await run(["logs", "--json"], theirs, { XDG_STATE_HOME: "/nowhere/state" });
    expect([rids(only), only.stderr]).toEqual([["THEIRS0"], ""]);
  });

  it("is not followed to another machine, nor to a folder that this one does not have", async () => {
    const { theirs, ours, run } = await twoGateways();
    const remote = await run(["logs", "--json", "--url", "http://10.0.0.5:8082"], theirs);
    expect([rids(remote), remote.stderr]).toEqual([["OURS0"], ""]);
    const boxed = await run(["logs", "--json"], { stateDir: "/nowhere/data", logsDir: "/nowhere/data/logs" });
    expect([rids(boxed), boxed.stderr]).toEqual([
      ["OURS0"],
      `ccp: the gateway keeps its data in /nowhere/data, not on this machine: reading ${ours.stateDir}\n`,
    ]);
  });

  it("that is down or a stranger leaves this shell's folder", async () => {
    const { ours } = await twoGateways();
    for (const routes of [null, {}, { "GET /v1/usage": json({ hello: 1 }) }]) {
      const run = await runTest(["logs", "--json"], { routes, env: { XDG_STATE_HOME: ours.stateHome } });
      expect([rids(run), run.code]).toEqual([["OURS0"], 69]);
      expect(run.stderr).toContain(`shown is what it left in ${join(ours.stateDir, "logs")}`);
    }
  });
});
