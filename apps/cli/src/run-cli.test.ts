import { describe, expect, it } from "vitest";
import { COMMANDS } from "./command-tree.ts";
import { json, runTest } from "./test-kit/run-test.ts";
import { cappedModel, model, VIEWS, view } from "./test-kit/views.ts";

const live = (usage: unknown = VIEWS.normal) => ({ "GET /v1/usage": json(usage) });
const checkout = { deps: { checkoutDir: "/nowhere/checkout" } };

describe("cc", () => {
  it("--version names the program, so that nobody takes it for a compiler", async () => {
    expect(await runTest(["--version"])).toEqual({ code: 0, stdout: "ccp 9.9.9\n", stderr: "" });
    expect(await runTest(["quotas", "-v"])).toEqual({ code: 0, stdout: "ccp 9.9.9\n", stderr: "" });
  });

  it.each([
    ["cc", []],
    ["start", ["start"]],
    ["quotas", ["quotas"]],
    ["quotas-reload", ["quotas", "reload"]],
    ["status", ["status"]],
    ["providers", ["providers"]],
    ["providers-list", ["providers", "list"]],
    ["providers-show", ["providers", "show"]],
    ["providers-check", ["providers", "check"]],
    ["providers-test", ["providers", "test"]],
    ["decide", ["decide"]],
    ["explain", ["explain"]],
    ["logs", ["logs"]],
    ["guard", ["guard"]],
    ["env", ["env"]],
    ["claude", ["claude"]],
    ["config", ["config"]],
    ["config-init", ["config", "init"]],
    ["config-check", ["config", "check"]],
    ["config-show", ["config", "show"]],
    ["config-path", ["config", "path"]],
    ["config-schema", ["config", "schema"]],
    ["statusline", ["statusline"]],
    ["statusline-install", ["statusline", "install"]],
    ["statusline-uninstall", ["statusline", "uninstall"]],
    ["statusline-print", ["statusline", "print"]],
    ["doctor", ["doctor"]],
    ["service", ["service"]],
    ["service-install", ["service", "install"]],
    ["service-uninstall", ["service", "uninstall"]],
    ["service-status", ["service", "status"]],
    ["agg", ["agg"]],
    ["completion", ["completion"]],
    ["completion-zsh", ["completion", "zsh"]],
  ])("--help of %s", async (name, argv) => {
    const { code, stdout, stderr } = await runTest([...argv, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    await expect(stdout).toMatchFileSnapshot(`__snapshots__/help/${name}.txt`);
  });

  it("without a command shows its help", async () => {
    const help = await runTest(["--help"]);
    expect(await runTest([])).toEqual(help);
  });

  it("is called npx cc in a checkout and ccp elsewhere", async () => {
    expect((await runTest(["qotas"])).stderr).toContain("next: ccp --help");
    expect((await runTest(["qotas"], checkout)).stderr).toContain("next: npx cc --help");
  });

  it("names itself in the notes of --help as it is called here, too: a bare cc is the C compiler", async () => {
    const checkout = { deps: { checkoutDir: "/ccp" } };
    const names = Object.entries(COMMANDS).flatMap(([name, { hidden }]) => (hidden === true ? [] : [name]));
    for (const name of names) {
      const { stdout } = await runTest([name, "--help"], checkout);
      const [, notes = ""] = stdout.split("\nnotes\n");
      expect(notes).not.toMatch(/(?<!npx )\bcc\b|\{cc\}/);
    }
    const { stdout } = await runTest(["env", "--help"], checkout);
    expect(stdout).toContain('eval "$(npx cc env)" in bash and zsh, npx cc env | source in fish');
  });

  it("tells every error in three lines on stderr: what, why, next", async () => {
    expect(await runTest(["quotas", "--treshold", "80"])).toEqual({
      code: 64,
      stdout: "",
      stderr:
        "ccp: unknown option --treshold\n     did you mean --threshold?\n     next: ccp quotas --help\n",
    });
  });

  it("colours the error where stderr is a terminal", async () => {
    const { stderr } = await runTest(["nope"], { isTTY: true, env: { NO_COLOR: "" } });
    expect(stderr.startsWith("\u001b[31m\u001b[1mccp: \u001b[22m\u001b[39munknown command")).toBe(true);
  });

  it("tells of its own faults, with the stack only when asked", async () => {
    const deps = { request: () => Promise.reject(new TypeError("x is not a function")) };
    const quiet = await runTest(["quotas"], { deps });
    expect([quiet.code, quiet.stdout]).toEqual([1, ""]);
    expect(quiet.stderr).toBe(
      "ccp: this should not have happened\n     x is not a function\n" +
        "     next: run the same command with CCP_LOG_LEVEL=debug and report what it prints\n",
    );
    const loud = await runTest(["quotas"], { deps, env: { CCP_LOG_LEVEL: "debug" } });
    expect(loud.stderr).toContain("TypeError: x is not a function\n    at ");
  });

  it("ends with 130 when Ctrl-C comes while it waits", async () => {
    const controller = new AbortController();
    const request = () => {
      controller.abort();
      return Promise.reject(new Error("aborted"));
    };
    const run = await runTest(["quotas"], { deps: { request, signal: controller.signal } });
    expect(run).toEqual({ code: 130, stdout: "", stderr: "" });
  });
});

describe("the gateway's address", () => {
  const askedFor = async (argv: string[], env: Record<string, string>) => {
    const urls: string[] = [];
    const request = ({ url }: { url: string }) => {
      urls.push(url);
      return Promise.resolve(json(VIEWS.empty));
    };
    const { code, stderr } = await runTest(["quotas", ...argv], { env, deps: { request } });
    return { urls, code, stderr };
  };

  it.each([
    [[], {}, "http://127.0.0.1:8082/v1/usage"],
    [[], { CCP_URL: "http://box:9000/" }, "http://box:9000/v1/usage"],
    [[], { CCP_PORT: "9001" }, "http://127.0.0.1:9001/v1/usage"],
    [["--url", "http://[::1]:1"], { CCP_URL: "http://box:9000" }, "http://[::1]:1/v1/usage"],
  ])("%j %j", async (argv, env, url) => {
    expect((await askedFor(argv, env)).urls).toEqual([url]);
  });

  it("must be one", async () => {
    const wrong = await askedFor([], { CCP_URL: "box:9000" });
    expect([wrong.code, wrong.urls]).toEqual([78, []]);
    expect(wrong.stderr).toContain('ccp: CCP_URL is "box:9000"\n     expected a URL such as');
    const typed = await askedFor(["--url", "box"], {});
    expect([typed.code, typed.urls]).toEqual([64, []]);
  });

  it("is asked whatever else is wrong with the environment: that is for the gateway to refuse", async () => {
    expect((await askedFor([], { CCP_CONNECT_TIMEOUT: "soon" })).code).toBe(0);
  });
});

describe("cc quotas", () => {
  it("--json gives the view under its own names, the rows, and a version", async () => {
    const { code, stdout, stderr } = await runTest(["quotas", "--json"], { routes: live() });
    expect([code, stderr]).toEqual([0, ""]);
    await expect(stdout).toMatchFileSnapshot("__snapshots__/quotas.json");
    const { schema, live: isLive, url, as_of, age_seconds, rows, ...usage } = JSON.parse(stdout);
    expect({ schema, isLive, url, as_of, age_seconds }).toEqual({
      schema: "ccp.quotas/1",
      isLive: true,
      url: "http://127.0.0.1:8082",
      as_of: "2026-11-21T19:41:07.000Z",
      age_seconds: 0,
    });
    expect(usage).toEqual(VIEWS.normal);
    expect(rows).toHaveLength(5);
  });

  it("--json keeps ratios above 1", async () => {
    const { stdout } = await runTest(["quotas", "--json"], { routes: live(VIEWS.block) });
    const { rows } = JSON.parse(stdout);
    expect(rows.map((row: { used_pct: number }) => row.used_pct)).toEqual([1.042, 0.52, 1.04, 0.42]);
  });

  it("--lane and --window narrow the rows", async () => {
    const { stdout } = await runTest(["quotas", "--json", "--lane", "anth", "--window", "5h"], {
      routes: live(),
    });
    expect(JSON.parse(stdout).rows.map((row: { model: string }) => row.model)).toEqual([
      "all",
      "claude-opus-5",
    ]);
    const wrong = await runTest(["quotas", "--lane", "zia"], { routes: live() });
    expect([wrong.code, wrong.stdout]).toEqual([64, ""]);
    expect(wrong.stderr).toContain("--lane zia fits nothing here\n     did you mean zai?\n");
  });

  it.each([
    ["below", "92", VIEWS.normal, 0, ""],
    ["at it", "91", VIEWS.normal, 1, "anthropic all 5h is at 91%, threshold 91%"],
    ["with a percent sign", "91%", VIEWS.normal, 1, "anthropic all 5h is at 91%, threshold 91%"],
    ["past 100", "104", VIEWS.block, 1, "zai glm-4.7 5h is at 104%, threshold 104%"],
    [
      "no number",
      "80",
      view({ lanes: { zai: { state: "unknown", windows: [] } } }),
      2,
      "no window has a number yet",
    ],
    ["a key that is refused", "80", VIEWS.unknown, 1, "zai all - refuses requests (auth), threshold 80%"],
    ["nothing at all", "80", VIEWS.empty, 2, "no window has a number yet"],
  ])("--threshold: %s", async (_name, threshold, usage, code, said) => {
    const run = await runTest(["quotas", "--threshold", threshold], { routes: live(usage) });
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(said);
    expect(run.stdout).toContain("ccp 127.0.0.1:8082");
  });

  it("--threshold looks at what the filters leave", async () => {
    const run = await runTest(["quotas", "--threshold", "80", "--lane", "zai"], { routes: live() });
    expect(run.code).toBe(0);
  });

  it.each(["x", "0", "-5", "", "1e3"])("--threshold=%s is no percentage", async (value) => {
    const run = await runTest(["quotas", `--threshold=${value}`], { routes: live() });
    expect([run.code, run.stdout]).toEqual([64, ""]);
  });

  it("lets no control character of a model's name reach the terminal", async () => {
    const name = "glm\u001b]0;pwned\u0007\u009b31m\n";
    const usage = view({ models: { [name]: cappedModel(0.5, 0.5, { provider: "z\u001bai" }), b: model() } });
    for (const argv of [
      ["quotas"],
      ["quotas", "--json"],
      ["status"],
      ["status", "--speeds", "--debug-quota"],
    ]) {
      const run = await runTest(argv, { routes: live(usage) });
      expect(run.code).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(run.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
  });

  it("shows the demo's badge and its own clock", async () => {
    const usage = view({ ts: 4_000_000_000, demo: true, models: { m: cappedModel(0.1, 0.1) } });
    const { stdout } = await runTest(["quotas"], { routes: live(usage) });
    expect(stdout).toContain("DEMO  mode hybrid");
    expect(stdout).toContain("Tue 2 Oct 07:06 UTC");
    expect(stdout).toContain("08:46 (1h39m)");
  });

  it("says what is wrong with an answer that is no view", async () => {
    const run = await runTest(["quotas"], { routes: { "GET /v1/usage": json({ ts: "now" }) } });
    expect([run.code, run.stdout]).toEqual([69, ""]);
    expect(run.stderr).toContain("is not this version's gateway\n     GET /v1/usage ts: expected number");
  });
});

describe("cc quotas reload", () => {
  const quotas = (config: unknown) => ({
    "GET /v1/quotas": json({ config, path: "/etc/quotas.json", loaded: "2026-11-21T19:00:00.000Z" }),
  });

  it("says what is in force now", async () => {
    const routes = {
      "POST /v1/quotas/reload": { status: 204, text: "" },
      ...quotas({ models: { "glm-*": { provider: "zai" }, opus: { provider: "anthropic" } } }),
    };
    expect(await runTest(["quotas", "reload"], { routes })).toEqual({
      code: 0,
      stdout: "reloaded /etc/quotas.json: 2 models, 0 pools\n",
      stderr: "",
    });
  });

  it("ends with 78 over a broken file, with a line for each fault", async () => {
    const issues = [
      { path: "models.glm.rolling_tokens", message: 'expected number, got "a lot"', line: 4, column: 20 },
      { path: "", message: "something else" },
    ];
    const error = { type: "error", error: { type: "invalid_request_error", message: "2 issues", issues } };
    const routes = { "POST /v1/quotas/reload": json(error, 422), ...quotas({}) };
    expect(await runTest(["quotas", "reload"], { routes })).toEqual({
      code: 78,
      stdout: "",
      stderr: [
        '/etc/quotas.json:4:20 models.glm.rolling_tokens: expected number, got "a lot"',
        "/etc/quotas.json: something else",
        "ccp: /etc/quotas.json was not loaded; the quotas of 2026-11-21T19:00:00.000Z stay in force",
        "     2 issues",
        "     next: mend the file, then: ccp quotas reload",
        "",
      ].join("\n"),
    });
  });

  it("ends with 69 when the gateway is down", async () => {
    const run = await runTest(["quotas", "reload"], { routes: null });
    expect([run.code, run.stdout]).toEqual([69, ""]);
  });
});

describe("cc status", () => {
  it("--json adds readiness to the view", async () => {
    const ready = {
      providers: { zai: { ok: true, status: "ready", url: "https://z" } },
      ts: 1,
      source: "built-in",
    };
    const routes = { ...live(), "GET /readyz": json(ready) };
    const { stdout, code } = await runTest(["status", "--json"], { routes });
    const { schema, ready: told, models } = JSON.parse(stdout);
    expect([code, schema, told]).toEqual([0, "ccp.status/1", ready]);
    expect(models).toEqual(VIEWS.normal.models);
  });

  it("does without readiness when that is not told", async () => {
    const { stdout, code, stderr } = await runTest(["status", "--json"], { routes: live() });
    expect([code, stderr, JSON.parse(stdout).ready]).toEqual([0, "", null]);
  });

  it("shows why the gateway is not ready", async () => {
    const ready = { providers: {}, ts: 1, source: "providers.yaml", error: "draining" };
    const { stdout } = await runTest(["status"], { routes: { ...live(), "GET /readyz": json(ready, 503) } });
    expect(stdout).toContain("not ready  0 of 0 lanes on  catalog providers.yaml  draining\n");
  });
});
