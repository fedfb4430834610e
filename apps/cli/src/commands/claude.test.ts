import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Launch } from "../cli-deps.ts";
import { json, runTest, type TestOptions } from "../test-kit/run-test.ts";
import { startStubGateway } from "../test-kit/stub-gateway.ts";
import { tempDir } from "../test-kit/temp-log.ts";

const READY = {
  providers: { zai: { ok: true, status: "ready", url: "https://z" } },
  ts: 1,
  source: "built-in",
};
const BIN = fileURLToPath(new URL("../../bin/cc.mjs", import.meta.url));

/** A program in a folder of its own. */
function program(text = "#!/bin/sh\nexit 0\n", name = "claude"): string {
  const file = join(tempDir(), name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

async function start(argv: string[], options: TestOptions = {}) {
  const started: { file: string; args: readonly string[]; env: Parameters<Launch>[2] }[] = [];
  const run = await runTest(["claude", ...argv], {
    routes: { "GET /readyz": json(READY) },
    ...options,
    deps: {
      run: async (file, args, env) => {
        started.push({ file, args, env });
        return 7;
      },
    },
  });
  return { run, started: started[0] };
}

describe("cc claude", () => {
  it("starts what PATH names, with the address for that process, and ends as it ends", async () => {
    const file = program();
    const { run, started } = await start(["fix it", "--", "-p", "a b", "--json", "--"], {
      env: { PATH: `/nowhere:${join(file, "..")}`, HOME: "/h" },
    });
    expect(run).toEqual({ code: 7, stdout: "", stderr: "" });
    expect([started?.file, started?.args]).toEqual([file, ["fix it", "-p", "a b", "--json", "--"]]);
    expect([started?.env.ANTHROPIC_BASE_URL, started?.env.HOME]).toEqual(["http://127.0.0.1:8082", "/h"]);
    expect(started?.env.ANTHROPIC_CUSTOM_HEADERS).toBeUndefined();
  });

  it("takes another program from --bin, else from CCP_CLAUDE_BIN", async () => {
    const [a, b] = [program(), program()];
    expect((await start([], { env: { CCP_CLAUDE_BIN: a } })).started?.file).toBe(a);
    expect((await start(["--bin", b], { env: { CCP_CLAUDE_BIN: a } })).started?.file).toBe(b);
  });

  it("sends the client token where one is wanted, beside headers of one's own", async () => {
    const CCP_CLIENT_TOKEN = "0123456789abcdef0123456789abcdef";
    const env = { CCP_CLAUDE_BIN: program(), CCP_CLIENT_TOKEN, ANTHROPIC_CUSTOM_HEADERS: "a: b" };
    const { run, started } = await start([], { env });
    expect(started?.env.ANTHROPIC_CUSTOM_HEADERS).toBe(`a: b\nx-ccp-token: ${CCP_CLIENT_TOKEN}`);
    expect(run.stdout + run.stderr).not.toContain(CCP_CLIENT_TOKEN);
  });

  it("starts nothing while the gateway is down: 69 and how to start it", async () => {
    const { run, started } = await start([], { routes: null, env: { CCP_CLAUDE_BIN: program() } });
    expect([run.code, started]).toEqual([69, undefined]);
    expect(run.stderr).toBe(
      "ccp: no gateway at http://127.0.0.1:8082\n     nothing listens there\n     next: ccp start\n",
    );
  });

  it("starts nothing where something else answers", async () => {
    const { run, started } = await start([], { routes: {}, env: { CCP_CLAUDE_BIN: program() } });
    expect([run.code, started]).toEqual([69, undefined]);
  });

  it("warns of a gateway that serves nobody, and starts all the same", async () => {
    const env = { CCP_CLAUDE_BIN: program() };
    const off = { ...READY, providers: {} };
    const idle = await start([], { env, routes: { "GET /readyz": json(off, 503) } });
    expect([idle.run.code, idle.run.stderr]).toEqual([
      7,
      "ccp: no lane of the gateway can be used; ccp status tells why\n",
    ]);
    const draining = await start([], {
      env,
      routes: { "GET /readyz": json({ ...READY, error: "draining" }, 503) },
    });
    expect(draining.run.stderr).toBe("ccp: the gateway is not ready: draining\n");
  });

  it("says when Claude Code is not installed", async () => {
    const plain = program("text");
    chmodSync(plain, 0o644);
    mkdirSync(join(plain, "..", "dir", "claude"), { recursive: true });
    const PATH = `${join(plain, "..")}:${join(plain, "..", "dir")}`;
    const { run } = await start([], { env: { PATH } });
    expect([run.code, run.stderr.split("\n")[0]]).toEqual([127, "ccp: Claude Code is not installed"]);
    expect((await start(["--bin", `${plain}-gone`])).run.code).toBe(127);
  });

  it.each(["a file without the right to be run", "a folder"])("ends with 126 on %s", async (kind) => {
    const plain = program("text");
    chmodSync(plain, 0o644);
    const named = kind === "a folder" ? join(plain, "..") : plain;
    for (const run of [
      (await start(["--bin", named])).run,
      (await start([], { env: { CCP_CLAUDE_BIN: named } })).run,
    ]) {
      expect([run.code, run.stderr]).toEqual([
        126,
        `ccp: ${named} cannot be started\n     it is there, and is no program that may be run\n     next: chmod +x it, or name another: ccp claude --bin FILE\n`,
      ]);
    }
  });

  it("an option before -- is one of ours, or an error that says where it belongs", async () => {
    const { run } = await start(["-p", "x"]);
    expect(run.code).toBe(64);
    expect(run.stderr).toBe(
      "ccp: ccp claude has no option -p\n     options for Claude Code stand after --: ccp claude -- -p\n     next: ccp claude --help\n",
    );
  });
});

describe("cc claude as a process", () => {
  const FAKE = `#!/bin/sh
trap 'echo term; exit 9' TERM
echo "$ANTHROPIC_BASE_URL $*"
read line && echo "read $line"
[ "$line" = wait ] || exit 5
while :; do sleep 0.05; done
`;

  async function run(input: string, onOutput: (text: string, kill: () => void) => void) {
    const stub = await startStubGateway((_request, response) =>
      response.writeHead(200).end(JSON.stringify(READY)),
    );
    const child = spawn(process.execPath, [BIN, "claude", "--bin", program(FAKE), "--", "--resume"], {
      env: { PATH: "/usr/bin:/bin", HOME: "/nowhere", CCP_URL: stub.url },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput(stdout, () => child.kill("SIGTERM"));
    });
    child.stdin.end(`${input}\n`);
    const code = await new Promise((resolve) => child.on("close", resolve));
    await stub.close();
    return { code, stdout, url: stub.url };
  }

  it("shares its input and output, and ends with its exit code", async () => {
    const { code, stdout, url } = await run("hello", () => {});
    expect([code, stdout]).toEqual([5, `${url} --resume\nread hello\n`]);
  });

  it("passes a signal on", async () => {
    const { code, stdout, url } = await run("wait", (text, kill) => text.endsWith("read wait\n") && kill());
    expect([code, stdout]).toEqual([9, `${url} --resume\nread wait\nterm\n`]);
  });
});
