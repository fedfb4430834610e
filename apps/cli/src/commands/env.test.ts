import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runTest } from "../test-kit/run-test.ts";
import { evalHint, exportLine, SHELLS, shellOf, tokenLine } from "../view/shell-exports.ts";

const ODD = "http://h/a'b\"c$(d)\\e f;`g`!\u2019";

describe("cc env", () => {
  it.each([
    [{ SHELL: "/bin/bash" }, [], "export ANTHROPIC_BASE_URL=http://127.0.0.1:8082\n"],
    [{}, [], "export ANTHROPIC_BASE_URL=http://127.0.0.1:8082\n"],
    [{ SHELL: "/usr/bin/fish" }, [], "set -gx ANTHROPIC_BASE_URL http://127.0.0.1:8082;\n"],
    [{ SHELL: "/usr/bin/fish" }, ["--shell", "zsh"], "export ANTHROPIC_BASE_URL=http://127.0.0.1:8082\n"],
    [{}, ["--shell=pwsh"], "$env:ANTHROPIC_BASE_URL = 'http://127.0.0.1:8082'\n"],
    [{ CCP_URL: "http://box:9/" }, [], "export ANTHROPIC_BASE_URL=http://box:9\n"],
    [{}, ["--unset"], "unset ANTHROPIC_BASE_URL\n"],
    [{}, ["--unset", "--shell=fish"], "set -e ANTHROPIC_BASE_URL;\n"],
    [{}, ["--unset", "--shell=pwsh"], "Remove-Item Env:ANTHROPIC_BASE_URL -ErrorAction SilentlyContinue\n"],
  ])("%j %j", async (env, argv, stdout) => {
    expect(await runTest(["env", ...argv], { env })).toEqual({ code: 0, stdout, stderr: "" });
  });

  it("says on stderr what would take the place of a login, and never its value", async () => {
    const env = { ANTHROPIC_API_KEY: "sk-1", ANTHROPIC_AUTH_TOKEN: "sk-2" };
    const { stdout, stderr } = await runTest(["env"], { env });
    expect(stdout).toBe("export ANTHROPIC_BASE_URL=http://127.0.0.1:8082\n");
    expect(stderr).toBe(
      "ccp: ANTHROPIC_AUTH_TOKEN and ANTHROPIC_API_KEY of this shell will be used in place of a claude.ai login\n",
    );
  });

  it("has the client token sent where one is set, by name and not by value", async () => {
    const CCP_CLIENT_TOKEN = "0123456789abcdef0123456789abcdef";
    const lines = async (argv: string[], headers?: string) => {
      const env = { CCP_CLIENT_TOKEN, ANTHROPIC_CUSTOM_HEADERS: headers };
      const { stdout, stderr } = await runTest(["env", ...argv], { env });
      expect(stdout).not.toContain(CCP_CLIENT_TOKEN);
      return stdout.slice(stdout.indexOf("\n") + 1) + stderr;
    };
    const own =
      'export ANTHROPIC_CUSTOM_HEADERS="$ANTHROPIC_CUSTOM_HEADERS\nx-ccp-token: $CCP_CLIENT_TOKEN"\n';
    expect(await lines([])).toBe('export ANTHROPIC_CUSTOM_HEADERS="x-ccp-token: $CCP_CLIENT_TOKEN"\n');
    expect(await lines([], "x-mine: 1")).toBe(own);
    expect(await lines([], "X-CCP-Token: old\nx-mine: 1")).toBe("");
    expect(await lines(["--shell=fish"])).toBe(
      'set -gx ANTHROPIC_CUSTOM_HEADERS "x-ccp-token: $CCP_CLIENT_TOKEN";\n',
    );
    expect(await lines(["--shell=pwsh"], "x-mine: 1")).toBe(
      '$env:ANTHROPIC_CUSTOM_HEADERS = "$env:ANTHROPIC_CUSTOM_HEADERS\nx-ccp-token: $env:CCP_CLIENT_TOKEN"\n',
    );
    expect(await lines(["--unset"], "x-ccp-token: old")).toBe("unset ANTHROPIC_CUSTOM_HEADERS\n");
    expect(await lines(["--unset"], "x-mine: 1")).toBe("");
    expect(await lines(["--unset"], "x-mine: 1\nx-ccp-token: old")).toBe(
      "ccp: ANTHROPIC_CUSTOM_HEADERS still has x-ccp-token, beside other headers: take that line out\n",
    );
  });

  it("bash takes the token line over as it is meant", () => {
    const env = { CCP_CLIENT_TOKEN: "t$1", ANTHROPIC_CUSTOM_HEADERS: "x-mine: 1" };
    const line = `${tokenLine("bash", env.ANTHROPIC_CUSTOM_HEADERS)}printf %s "$ANTHROPIC_CUSTOM_HEADERS"`;
    expect(execFileSync("/bin/sh", ["-c", line], { encoding: "utf8", env })).toBe(
      "x-mine: 1\nx-ccp-token: t$1",
    );
  });

  it("names the address where the shell would not look there by itself", async () => {
    const { stderr } = await runTest(["env", "--url", "http://h:9"], { isTTY: true });
    expect(stderr).toContain('take it over: eval "$(ccp env --url http://h:9)"\n');
  });

  it("tells a person at a terminal what the lines are for", async () => {
    const { stdout, stderr } = await runTest(["env", "--shell", "fish"], { isTTY: true });
    expect(stdout).toBe("set -gx ANTHROPIC_BASE_URL http://127.0.0.1:8082;\n");
    expect(stderr).toContain("take it over: ccp env --shell fish | source\n");
    expect(stderr).toContain("ANTHROPIC_DEFAULT_HAIKU_MODEL");
  });

  it("does not guess the syntax of another shell", async () => {
    const run = await runTest(["env"], { env: { SHELL: "/bin/tcsh" } });
    expect([run.code, run.stdout]).toEqual([64, ""]);
    expect((await runTest(["env", "--shell=csh"])).code).toBe(64);
  });

  it.each([
    ["/bin/sh", "bash"],
    ["/usr/local/bin/ksh", "bash"],
    ["/opt/pwsh", "pwsh"],
    ["zsh", "zsh"],
    ["/bin/nu", null],
  ])("%s reads the lines of %s", (path, shell) => {
    expect(shellOf(path)).toBe(shell);
  });

  for (const [shell, file, print] of [
    ["bash", "/bin/bash", 'printf %s "$V"'],
    ["zsh", "/usr/bin/zsh", 'printf %s "$V"'],
    ["fish", "/usr/bin/fish", 'printf %s "$V"'],
  ] as const) {
    it.skipIf(!existsSync(file))(
      `${shell} itself reads any value back (skipped where ${file} is missing)`,
      () => {
        const run = (line: string) => execFileSync(file, ["-c", `${line}${print}`], { encoding: "utf8" });
        expect(run(exportLine(shell, "V", ODD))).toBe(ODD);
        expect(run(exportLine(shell, "V", "x") + exportLine(shell, "V", null))).toBe("");
      },
    );
  }

  it("has a way to take the lines over for every shell", () => {
    expect(SHELLS.map((shell) => evalHint(shell, "ccp env"))).toEqual([
      'eval "$(ccp env)"',
      'eval "$(ccp env)"',
      "ccp env | source",
      "ccp env | Out-String | Invoke-Expression",
    ]);
    expect(exportLine("pwsh", "V", "it's \u2019")).toBe("$env:V = 'it''s \u2019\u2019'\n");
  });
});
