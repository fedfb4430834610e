import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { findProgram } from "../node/find-program.ts";
import { runTest } from "../test-kit/run-test.ts";
import { startStubGateway } from "../test-kit/stub-gateway.ts";

const BIN = fileURLToPath(new URL("../../bin/cc.mjs", import.meta.url));
const CANARY = "sk-canary-91f3";

const SETTINGS = `{
  "env": { "ANTHROPIC_AUTH_TOKEN": "${CANARY}" },
  "statusLine": {"type": "command",   "command": "mine.sh"},
  "model": "opus"
}
`;

const COMMAND =
  "curl -sf --max-time 1 --data-binary @- \"http://127.0.0.1:8082/v1/statusline?columns=$COLUMNS\" || printf 'ccp: gateway down'";

function home(settings: string | null = null) {
  const homeDir = mkdtempSync(join(tmpdir(), "cc-statusline-"));
  onTestFinished(() => rmSync(homeDir, { recursive: true, force: true }));
  const file = join(homeDir, ".claude", "settings.json");
  if (settings !== null) {
    mkdirSync(join(homeDir, ".claude"));
    writeFileSync(file, settings, { mode: 0o600 });
  }
  const run = (argv: string[], env: Record<string, string> = {}) =>
    runTest(["statusline", ...argv], {
      routes: null,
      env: { XDG_STATE_HOME: "", PATH: "/usr/bin:/bin", ...env },
      deps: { homeDir, nowMs: () => Date.UTC(2026, 10, 21, 19, 41, 7) },
    });
  return { homeDir, file, run, read: () => readFileSync(file, "utf8") };
}

describe("cc statusline install", () => {
  it("writes a file where there is none, for its owner alone", async () => {
    const { file, run, read } = home();
    const { code, stdout } = await run(["install"]);
    expect([code, stdout]).toEqual([0, `changed ${file}\n`]);
    expect(JSON.parse(read())).toEqual({
      statusLine: { type: "command", command: COMMAND, padding: 0, refreshInterval: 5 },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("changes one entry, keeps the rest as it was typed, a copy of it, and its rights", async () => {
    const { homeDir, file, run, read } = home(SETTINGS);
    chmodSync(file, 0o640);
    const copy = `${file}.20261121T194107Z.bak`;
    const { code, stdout, stderr } = await run(["install"]);
    expect([code, stdout]).toEqual([0, `changed ${file}; as it was: ${copy}\n`]);
    expect(stderr).toContain("the one from before comes back with: ccp statusline uninstall");
    expect(readFileSync(copy, "utf8")).toBe(SETTINGS);
    expect([file, copy].map((path) => statSync(path).mode & 0o777)).toEqual([0o640, 0o640]);
    const [first, env, ...rest] = read().split("\n");
    expect([first, env]).toEqual(SETTINGS.split("\n").slice(0, 2));
    expect(rest.join("\n")).toBe(
      `  "statusLine": {\n    "type": "command",\n    "command": ${JSON.stringify(COMMAND)},\n    "padding": 0,\n    "refreshInterval": 5\n  },\n  "model": "opus"\n}\n`,
    );
    expect(statSync(join(homeDir, ".local/state/ccp/statusline-before.json")).mode & 0o777).toBe(0o600);
  });

  it("keeps each state of the file, also of two changes within a second", async () => {
    const { file, run, read } = home(SETTINGS);
    await run(["install"]);
    const installed = read();
    await run(["uninstall"]);
    expect(readFileSync(`${file}.20261121T194107Z.bak`, "utf8")).toBe(SETTINGS);
    expect(readFileSync(`${file}.20261121T194107Z-2.bak`, "utf8")).toBe(installed);
  });

  it("twice is once; with another address it is that one, and uninstall still knows the first", async () => {
    const { file, run, read } = home(SETTINGS);
    await run(["install"]);
    expect(await run(["install"])).toEqual({
      code: 0,
      stdout: `${file} has it already; nothing was changed\n`,
      stderr: "",
    });
    await run(["install", "--url", "http://127.0.0.1:9000"]);
    expect(read()).toContain("http://127.0.0.1:9000/v1/statusline");
    expect((await run(["uninstall"])).code).toBe(0);
    expect(read()).toBe(SETTINGS);
  });

  it("--dry-run shows what would change, and no line beside it", async () => {
    const { file, run, read } = home(SETTINGS);
    const { code, stdout } = await run(["install", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(0, 5)).toEqual([
      `--- ${file}`,
      `+++ ${file}`,
      "@@ -3,1 +3,6 @@",
      '-  "statusLine": {"type": "command",   "command": "mine.sh"},',
      '+  "statusLine": {',
    ]);
    expect(stdout).not.toContain(CANARY);
    expect(read()).toBe(SETTINGS);
    expect(readdirSync(join(file, ".."))).toEqual(["settings.json"]);
    expect((await home().run(["install", "--dry-run"])).stdout).toMatch(
      /^--- \/dev\/null\n\+\+\+ .*\n@@ -0,0 \+1,8 @@\n\+\{\n/,
    );
  });

  it("refuses broken settings with the place, and repeats none of their text", async () => {
    const broken = SETTINGS.replace('"statusLine"', `"${CANARY}" "statusLine"`);
    const { file, run, read } = home(broken);
    for (const argv of [["install"], ["uninstall"], ["install", "--dry-run"]]) {
      const { code, stdout, stderr } = await run(argv);
      expect([code, stdout]).toEqual([78, ""]);
      expect(stderr).toBe(
        `ccp: ${file} is no JSON\n     ${file}:3:20: expected :\n     next: mend it, then run the same command again; nothing was changed\n`,
      );
    }
    expect(read()).toBe(broken);
  });

  it("keeps a link to settings that are kept elsewhere", async () => {
    const { file, run } = home(SETTINGS);
    const real = `${file}.real`;
    writeFileSync(real, SETTINGS);
    rmSync(file);
    symlinkSync(real, file);
    await run(["install"]);
    expect(readFileSync(real, "utf8")).toContain("/v1/statusline");
  });

  it("says so where the folder cannot be written", async () => {
    const { homeDir, run } = home();
    writeFileSync(join(homeDir, ".claude"), "");
    const { code, stderr } = await run(["install"]);
    expect([code, stderr.split("\n")[0]]).toEqual([
      1,
      `ccp: ${join(homeDir, ".claude/settings.json")} cannot be read`,
    ]);
  });

  it("takes no address that a shell would read", async () => {
    const { file, run } = home();
    expect((await run(["install", "--url", "http://127.0.0.1:1/$(id)"])).code).toBe(64);
    expect(existsSync(file)).toBe(false);
  });

  it("goes where CLAUDE_CONFIG_DIR says", async () => {
    const { homeDir, run } = home();
    await run(["install"], { CLAUDE_CONFIG_DIR: join(homeDir, "elsewhere") });
    expect(existsSync(join(homeDir, "elsewhere", "settings.json"))).toBe(true);
  });
});

describe("cc statusline uninstall", () => {
  it("removes the entry where there was none before", async () => {
    const { run, read } = home('{\n  "model": "opus"\n}\n');
    await run(["install"]);
    await run(["uninstall"]);
    expect(read()).toBe('{\n  "model": "opus"\n}\n');
  });

  it("leaves what is not ours alone, and a second time changes nothing", async () => {
    const { file, run, read } = home(SETTINGS);
    expect((await run(["uninstall"])).stdout).toBe(
      `${file} has a status line that is not ours; nothing was changed\n`,
    );
    expect(read()).toBe(SETTINGS);
    expect((await home().run(["uninstall"])).stdout).toContain("has no status line; nothing was changed");
  });

  it("--dry-run changes nothing", async () => {
    const { run, read } = home(SETTINGS);
    await run(["install"]);
    const installed = read();
    expect((await run(["uninstall", "--dry-run"])).stdout).toContain(
      '+  "statusLine": {"type": "command",   "command": "mine.sh"},',
    );
    expect(read()).toBe(installed);
  });
});

describe("cc statusline print", () => {
  /** Runs a shell line as Claude Code does: its JSON on stdin. */
  function pipe(line: string, env: Record<string, string>, input: string) {
    return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
      const child = spawn("/bin/sh", ["-c", line], {
        env: { PATH: "/usr/bin:/bin", HOME: "/nowhere", NODE: process.execPath, BIN, ...env },
      });
      const text = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8").on("data", (chunk: string) => {
          text[name] += chunk;
        });
      }
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, ...text }));
      child.stdin.end(input);
    });
  }

  const print = (url: string, input: string) =>
    pipe('"$NODE" "$BIN" statusline print', { CCP_URL: url, COLUMNS: "60" }, input);

  it("asks the gateway, with the input as it came, the width and no colour", async () => {
    const bodies: string[] = [];
    const stub = await startStubGateway((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        bodies.push(body);
        response.end("ccp  a line");
      });
    });
    onTestFinished(() => stub.close());
    expect(await print(stub.url, '{"model":{"id":"x"}}')).toEqual({
      code: 0,
      stdout: "ccp  a line\n",
      stderr: "",
    });
    expect([stub.calls, bodies]).toEqual([
      ["POST /v1/statusline?columns=60&no_color=1"],
      ['{"model":{"id":"x"}}'],
    ]);
  });

  it("says in the line itself that the gateway is down, for a status line shows nothing else", async () => {
    expect(await print("http://127.0.0.1:1", "{}")).toEqual({
      code: 0,
      stdout: "ccp: gateway down\n",
      stderr: "",
    });
  });

  const curl = findProgram("curl", { path: "/usr/bin:/bin", cwd: "/" });
  it.skipIf(curl === null)(
    "the installed command does the same by itself (skipped without a curl)",
    async () => {
      const stub = await startStubGateway((_request, response) => response.end("ccp  a line"));
      onTestFinished(() => stub.close());
      const { run, read } = home();
      await run(["install", "--url", stub.url]);
      const { command } = (JSON.parse(read()) as { statusLine: { command: string } }).statusLine;
      expect(await pipe(command, { COLUMNS: "44" }, "{}")).toEqual({
        code: 0,
        stdout: "ccp  a line",
        stderr: "",
      });
      expect(await pipe(command, {}, "{}")).toMatchObject({ code: 0, stdout: "ccp  a line" });
      expect(stub.calls).toEqual(["POST /v1/statusline?columns=44", "POST /v1/statusline?columns="]);
      await stub.close();
      expect(await pipe(command, {}, "{}")).toEqual({ code: 0, stdout: "ccp: gateway down", stderr: "" });
    },
  );
});
