import { execFile, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StubGateway, startStubGateway } from "../test-kit/stub-gateway.ts";
import { VIEWS } from "../test-kit/views.ts";
import { bashScript } from "./bash-script.ts";
import { fishScript } from "./fish-script.ts";
import { powershellScript } from "./powershell-script.ts";
import { zshScript } from "./zsh-script.ts";

const BIN = fileURLToPath(new URL("../../bin/cc.mjs", import.meta.url));
const names: readonly [string] = ["ccp"];
/** Never the blocking form: the gateway that is asked lives in this process. */
const runFile = promisify(execFile);

let stub: StubGateway;
let dir: string;
let program: string;
beforeAll(async () => {
  stub = await startStubGateway((_request, response) => {
    response.writeHead(200).end(JSON.stringify(VIEWS.normal));
  });
  dir = mkdtempSync(join(tmpdir(), "cc-tab-"));
  writeFileSync(join(dir, "some file.jsonl"), "");
  program = join(dir, "it's ccp");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await stub.close();
});

const env = () => ({ PATH: "/usr/bin:/bin", HOME: dir, TERM: "dumb", TZ: "UTC", CCP_URL: stub.url });

/** What is typed, tab key included, and the words that the command then gets. */
const TYPED: readonly (readonly [string, string])[] = [
  ["ccp quo\t--la\tz\t", "quotas|--lane|zai"],
  ["ccp quotas --lane=z\t --thr\t", "quotas|--lane=zai|--threshold"],
  ["ccp --no-c\t config sch\tq\t", "--no-color|config|schema|quotas"],
  ["ccp decide claude-o\t", "decide|claude-opus-5"],
  ["ccp logs --log some\t", "logs|--log|some file.jsonl"],
  ["ccp logs --log=some\t", "logs|--log=some file.jsonl"],
  // What was typed is never run by the completion itself.
  ["ccp decide '$(touch ran)' --tok\t", "decide|$(touch ran)|--tokens"],
  ["ccp nonsense \tx", "nonsense|x"],
];

/** Types into an interactive shell on a terminal of its own; the shell reads a key when it is done with the one before. */
function type(shell: string, setUp: string): Promise<string[]> {
  const fn = "ccp() { local IFS='|'; printf 'GOT<%s>\\n' \"$*\"; }";
  const lines = [setUp, fn, ...TYPED.map(([line]) => line), "exit"];
  return new Promise((resolve, reject) => {
    const child = spawn("script", ["-qfec", shell, "/dev/null"], { cwd: dir, env: env() });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
    child.on("error", reject);
    child.on("close", () => resolve([...text.matchAll(/GOT<([^%<>]*)>/g)].map(([, got]) => got ?? "")));
    child.stdin.end(lines.map((line) => `${line}\n`).join(""));
  });
}

const missing = (file: string) => !existsSync(file) || !existsSync("/usr/bin/script");
const wanted = TYPED.map(([, words]) => words);

describe("the tab key", () => {
  it.skipIf(missing("/bin/bash"))("in bash (skipped where bash or script is missing)", async () => {
    const file = join(dir, "ccp.bash");
    writeFileSync(file, bashScript({ names, program }));
    expect(await type("/bin/bash --norc --noprofile -i", `source ${file}`)).toEqual(wanted);
    expect(existsSync(join(dir, "ran"))).toBe(false);
  });

  it.skipIf(missing("/usr/bin/zsh"))("in zsh (skipped where zsh or script is missing)", async () => {
    const file = join(dir, "_ccp");
    writeFileSync(file, zshScript({ names, program }));
    const setUp = `autoload -Uz compinit && compinit -D -u; source ${file}`;
    expect(await type("/usr/bin/zsh -f -i", setUp)).toEqual(wanted);
    expect(existsSync(join(dir, "ran"))).toBe(false);
  });

  it.skipIf(!existsSync("/usr/bin/fish"))("in fish (skipped where fish is missing)", async () => {
    const file = join(dir, "ccp.fish");
    writeFileSync(file, fishScript({ names, program }));
    const offer = async (line: string) => {
      const asked = `source ${file}; complete -C '${line}'`;
      const { stdout } = await runFile("fish", ["--no-config", "-c", asked], { cwd: dir, env: env() });
      return stdout.split("\n").filter((one) => one.trim() !== "");
    };
    expect(await offer("ccp quo")).toEqual(["quotas\tused, limit and reset per lane, model and window"]);
    expect(await offer("ccp quotas --la")).toEqual(["--lane\tonly this lane"]);
    expect(await offer("ccp quotas --lane ")).toEqual(["zai\tok", "anthropic\twarn", "deepseek\tdisabled"]);
    expect(await offer("ccp quotas --lane=z")).toEqual(["--lane=zai\tok"]);
    expect(await offer("ccp logs --log some")).toEqual([expect.stringMatching(/^some file\.jsonl/)]);
    expect(await offer("ccp logs --log=some")).toEqual([expect.stringMatching(/^--log=some file\.jsonl/)]);
    expect(await offer("ccp nonsense x")).toEqual([]);
  });

  it.skipIf(!existsSync("/usr/bin/pwsh"))("in PowerShell (skipped where pwsh is missing)", async () => {
    const file = join(dir, "ccp.ps1");
    writeFileSync(file, powershellScript({ names, program }));
    const asked = `. ${file}; (TabExpansion2 'ccp quotas --lane z' 19).CompletionMatches.CompletionText`;
    const { stdout } = await runFile("pwsh", ["-NoProfile", "-c", asked], { cwd: dir, env: env() });
    expect(stdout).toBe("zai\n");
  });

  it("has a script for PowerShell that passes an empty word on by name", async () => {
    await expect(powershellScript({ names: ["ccp", "cc.mjs"], program: "/it's/cc.mjs" })).toMatchFileSnapshot(
      "__snapshots__/ccp.ps1",
    );
  });
});
