import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runTest } from "./test-kit/run-test.ts";
import { tempDir } from "./test-kit/temp-log.ts";

const BIN = fileURLToPath(new URL("../bin/cc.mjs", import.meta.url));
const NOBODY = 65_534;

it.each(["status", "quotas"])(
  "%s names the place that cannot be read, beside the gateway that is down",
  async (command) => {
    const file = join(tempDir(), "logs");
    writeFileSync(file, "");
    const run = await runTest([command], { routes: null, env: { CCP_LOGS_DIR: file } });
    expect(run).toEqual({
      code: 69,
      stdout: "",
      stderr:
        "ccp: no gateway at http://127.0.0.1:8082\n" +
        `     nothing listens there, and its last known state cannot be read either: ${file}: ENOTDIR\n` +
        "     next: ccp start\n",
    });
  },
);

it("says so of a folder without permission, too", () => {
  const dir = tempDir();
  chmodSync(dir, 0o755);
  const logs = join(dir, "logs");
  mkdirSync(logs, { mode: 0o000 });
  // root may read everything, so it takes another user to be refused.
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const { status, stderr } = spawnSync(process.execPath, [BIN, "status"], {
    env: { PATH: "/usr/bin:/bin", HOME: dir, CCP_STATE_DIR: dir, CCP_URL: "http://127.0.0.1:1" },
    encoding: "utf8",
    ...user,
  });
  expect([status, stderr.split("\n").slice(0, 2)]).toEqual([
    69,
    [
      "ccp: no gateway at http://127.0.0.1:1",
      `     nothing listens there, and its last known state cannot be read either: ${logs}: EACCES`,
    ],
  ]);
});
