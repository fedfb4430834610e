import { spawn } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange } from "./test-kit/recorded-exchange.ts";
import { type StubGateway, startStubGateway } from "./test-kit/stub-gateway.ts";
import { tempDir, writeLog } from "./test-kit/temp-log.ts";
import { VIEWS } from "./test-kit/views.ts";

const BIN = fileURLToPath(new URL("../bin/cc.mjs", import.meta.url));

/** Loaded first, it makes this Node say that it is another one. */
const OLD_NODE = `data:text/javascript,Object.defineProperty(process,"version",{value:"v20.1.0"})`;

/** Loaded first, it makes this Node tell on stderr what it loads. */
const TELL_MODULES = `data:text/javascript,
  import { registerHooks } from "node:module";
  registerHooks({ load(url, context, next) { console.error(url); return next(url, context); } });`;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell line; `$CC` is the command under test, started as its launcher starts it. */
function shell(
  line: string,
  env: Record<string, string> = {},
  onOutput?: (pid: number, stdout: string) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", line], {
      env: {
        PATH: "/usr/bin:/bin",
        TZ: "UTC",
        COLUMNS: "80",
        HOME: "/nowhere",
        ...env,
        NODE: process.execPath,
        BIN,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (child.pid !== undefined) onOutput?.(child.pid, stdout);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const cc = (args: string, env?: Record<string, string>) => shell(`exec "$NODE" "$BIN" ${args}`, env);

describe("the command as a process", () => {
  let stub: StubGateway;
  let env: Record<string, string>;
  beforeAll(async () => {
    stub = await startStubGateway((_request, response) => {
      response.writeHead(200).end(JSON.stringify(VIEWS.normal));
    });
    env = { CCP_URL: stub.url };
  });
  afterAll(() => stub.close());

  it("--version", async () => {
    expect(await cc("--version")).toEqual({ code: 0, stdout: "ccp 0.1.0\n", stderr: "" });
  });

  it("quotas from a real gateway", async () => {
    const { code, stdout, stderr } = await cc("quotas", env);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^zai +glm-4\.7 +5h /m);
    expect(stdout).not.toContain("\u001b");
    expect(stub.calls).toContain("GET /v1/usage");
  });

  it("loads little to show quotas: each module is half a millisecond of every prompt that asks for them", async () => {
    const line = `exec "$NODE" --import '${TELL_MODULES}' "$BIN" quotas`;
    const { code, stderr } = await shell(line, env);
    const modules = stderr.trim().split("\n");
    expect(code).toBe(0);
    expect(modules.filter((url) => url.includes("/render/quotas.ts"))).toHaveLength(1);
    const heavy =
      /usage-contract\/src\/index|quota-engine|provider-catalog|usage-store|\/yaml@|consola|child_process/;
    expect(modules.filter((url) => heavy.test(url))).toEqual([]);
    expect(modules.length).toBeLessThan(90);
  });

  it("an option that does not exist ends with 64", async () => {
    const { code, stdout, stderr } = await cc("quotas --bogus", env);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr.split("\n")[0]).toBe("ccp: unknown option --bogus");
  });

  it("FORCE_COLOR beats NO_COLOR without a word of Node's own about it", async () => {
    const { code, stderr } = await cc("quotas --bogus", { ...env, FORCE_COLOR: "1", NO_COLOR: "1" });
    expect(code).toBe(64);
    expect(stderr).not.toContain("Warning");
    expect(stderr.startsWith("\u001b[31m\u001b[1mccp: ")).toBe(true);
  });

  it("a reader that leaves early is no error", async () => {
    const { code, stdout, stderr } = await shell('"$NODE" "$BIN" quotas | head -1', env);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.startsWith("ccp 127.0.0.1:")).toBe(true);
    const endless = await shell('{ "$NODE" "$BIN" quotas --watch=0.25; echo "rc $?" >&2; } | head -1', env);
    expect([endless.code, endless.stderr]).toEqual([0, "rc 0\n"]);
  });

  it.each([
    "config show",
    "config schema providers",
    "completion bash",
    "logs --since 9999d",
    "explain last",
    "env",
  ])("%s ends quietly when its reader leaves early", async (args) => {
    const dir = tempDir();
    writeLog(
      dir,
      [...Array(2000).keys()].flatMap((index) => exchange({ at: 1_790_000_000 + index, rid: `r${index}` })),
    );
    const line = `{ "$NODE" "$BIN" ${args}; } | head -1 | wc -l`;
    const run = await shell(line, { ...env, CCP_LOGS_DIR: dir });
    expect([run.code, run.stdout.trim(), run.stderr]).toEqual([0, "1", ""]);
  });

  it.runIf(existsSync("/dev/full"))("says that its output cannot be written", async () => {
    const { code, stderr } = await shell('"$NODE" "$BIN" --help > /dev/full');
    expect([code, stderr]).toEqual([1, "ccp: the output cannot be written: ENOSPC\n"]);
  });

  it.each([
    "--help",
    "quotas --json",
    "status --speeds --debug-quota",
    "providers",
    "doctor",
    "service install --dry-run --manager=systemd",
    "statusline print",
    "calibration --help",
  ])("cc %s piped into head -1 ends quietly", async (words) => {
    const { code, stdout, stderr } = await shell(`"$NODE" "$BIN" ${words} | head -1`, env);
    expect([code, stdout.trimEnd().split("\n").length]).toEqual([0, 1]);
    // This reader has left before anything is written.
    const unread = await shell(`"$NODE" "$BIN" ${words} | true`, env);
    for (const told of [stderr, unread.stderr])
      expect(told).not.toMatch(/EPIPE|should not have happened|node:/);
  });

  it("Ctrl-C ends a watch with 130", async () => {
    const line = 'exec "$NODE" "$BIN" quotas --watch=60';
    const run = await shell(line, env, (pid) => process.kill(pid, "SIGINT"));
    expect([run.code, run.stderr]).toEqual([130, ""]);
  });

  it.each([
    "-c main.c",
    "-O2 -o main main.c",
    "main.c",
    "-Wall src/a.cpp",
    "-E -",
    "-dumpversion",
    "-print-prog-name=ld",
  ])("cc %s is meant for the C compiler", async (args) => {
    const { code, stdout, stderr } = await cc(args);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toContain("this is the ccp command, not the C compiler");
  });

  it("options behind a command's name are that command's", async () => {
    const { code, stderr } = await cc("quotas -c");
    expect(code).toBe(64);
    expect(stderr).toContain("ccp: unknown option -c");
  });

  it("on an old Node goes on with the one that the checkout brings along", async () => {
    const run = await shell(`exec "$NODE" --import '${OLD_NODE}' "$BIN" quotas --lane nope`, env);
    expect(run.code).toBe(64);
    expect(run.stderr.split("\n")[0]).toBe("ccp: --lane nope fits nothing here");
    const killed = shell(`exec "$NODE" --import '${OLD_NODE}' "$BIN" quotas --watch=60`, env, (pid) =>
      process.kill(pid, "SIGTERM"),
    );
    expect((await killed).code).toBe(130);
  });

  it("on an old Node, without a newer one, says in three lines what to do", async () => {
    const dir = tempDir();
    cpSync(dirname(BIN), join(dir, "bin"), { recursive: true });
    cpSync(join(dirname(BIN), "..", "package.json"), join(dir, "package.json"));
    const run = await shell(`exec "$NODE" --import '${OLD_NODE}' '${dir}/bin/cc.mjs' quotas`);
    expect(run).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "ccp: Node v20.1.0 is too old for ccp\n     it needs 22.19 or newer, 24 is best\n     next: install a newer Node\n",
    });
  });

  it("start runs a gateway in its own place, and SIGTERM ends it", async () => {
    const dir = tempDir();
    let url: string | undefined;
    const run = await shell(
      'exec "$NODE" "$BIN" start --port 0',
      { CCP_STATE_DIR: dir, HOME: dir },
      async (pid, stdout) => {
        if (url !== undefined) return;
        url = /^ccp 0\.1\.0 {2}(http:\/\/127\.0\.0\.1:\d+) /.exec(stdout)?.[1];
        if (url === undefined) return;
        const ready = await fetch(`${url}/healthz`);
        process.kill(pid, ready.ok ? "SIGTERM" : "SIGKILL");
      },
    );
    expect(run.code).toBe(0);
  });

  it("built files that are asked for and not there are a clear error", async () => {
    if (existsSync(fileURLToPath(new URL("../dist/index.js", import.meta.url)))) {
      expect((await cc("--version", { CCP_USE_DIST: "1" })).stdout).toBe("ccp 0.1.0\n");
      return;
    }
    const { code, stderr } = await cc("--version", { CCP_USE_DIST: "1" });
    expect(code).toBe(1);
    expect(stderr).toContain("ccp: this package has not been built");
  });
});
