import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeRequest } from "../client/node-request.ts";
import { checkNode } from "../doctor/check-node.ts";
import { checkShell } from "../doctor/check-shell.ts";
import { redact } from "../doctor/redact.ts";
import {
  CATALOG,
  catalogView,
  GATEWAY,
  home,
  QUOTAS,
  quotasView,
  SHELL,
  WELL,
} from "../test-kit/doctor-world.ts";
import { json, runTest, visible } from "../test-kit/run-test.ts";
import { lane, VIEWS, view } from "../test-kit/views.ts";

const CANARY = "sk-canary-d0c7";

/** Another Node and another system say the same. */
const stable = (text: string) =>
  text.replaceAll(process.version, "v24.21.0").replace(`${process.platform} ${process.arch}`, "linux x64");

describe("cc doctor", () => {
  it("has nothing to say where all is well", async () => {
    const { run, write } = home();
    const routes = {
      ...WELL,
      "GET /v1/providers": catalogView({ ZAI_API_KEY: "x" }, write(".config/ccp/providers.yaml", CATALOG)),
      "GET /v1/quotas": quotasView(write(".config/ccp/quotas.json", JSON.stringify(QUOTAS))),
    };
    const { code, stdout, stderr } = await run([], routes, SHELL);
    expect([code, stderr]).toEqual([0, ""]);
    await expect(stable(stdout)).toMatchFileSnapshot("__snapshots__/doctor/well.txt");
  });

  it.each([
    ["down", null, {}],
    ["attention", { ...WELL, "GET /v1/usage": json(VIEWS.attention) }, SHELL],
  ] as const)("shows the state %s at every width", async (name, routes, env) => {
    const { run, write } = home();
    write(".config/ccp/providers.yaml", CATALOG);
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const { code, stdout, stderr } = await run([], routes, { ...env, COLUMNS: columns });
      expect([code, stderr]).toEqual([1, ""]);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
      screens.push(`COLUMNS=${columns}\n${stdout}`);
    }
    screens.push(`colour\n${visible((await run(["--color"], routes, env)).stdout)}`);
    await expect(stable(screens.join("\n"))).toMatchFileSnapshot(`__snapshots__/doctor/${name}.txt`);
  });

  it("names the place of each fault, and holds no secret, whatever is broken", async () => {
    const { run, write, homeDir } = home();
    write(".config/ccp/providers.yaml", `${CATALOG}extra: ${CANARY}\n`);
    write(
      ".config/ccp/quotas.json",
      `{"models": {"glm": {"provider": "zai", "rolling_tokens": "${CANARY}"}}}`,
    );
    write(".claude/settings.json", `{"env": {"ANTHROPIC_AUTH_TOKEN": "${CANARY}",}}`);
    write("logs", "");
    const env = {
      ZAI_API_KEY: CANARY,
      ANTHROPIC_AUTH_TOKEN: CANARY,
      ANTHROPIC_BASE_URL: `http://me:${CANARY}@gateway.example/${CANARY}`,
      CCP_ADMIN_TOKEN: CANARY,
      CCP_CLIENT_TOKEN: `${CANARY} two words`,
      CCP_REDIS_URL: `redis://:${CANARY}@host`,
      CCP_PORT: "many",
      CCP_LOGS_DIR: join(homeDir, "logs"),
      HTTP_PROXY: `http://me:${CANARY}@proxy:1`,
    };
    for (const argv of [[], ["--json"], ["--live"]]) {
      const { code, stdout, stderr } = await run(argv, null, env);
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain(CANARY);
      expect(stdout).not.toContain(homeDir);
    }
    const { checks, ok } = JSON.parse((await run(["--json"], null, env)).stdout);
    expect(ok).toBe(false);
    const failed = checks.filter(({ state }: { state: string }) => state === "fail");
    expect(failed.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["environment", "catalog", "quotas", "gateway", "log", "claude"]),
    );
    const texts = failed.map(({ text }: { text: string }) => text).join("\n");
    expect(texts).toMatch(/^~\/\.config\/ccp\/quotas\.json:1:\d+ models\.glm\.rolling_tokens: /m);
    expect(texts).toMatch(/^~\/\.claude\/settings\.json:1:\d+: expected a key in quotes$/m);
  });

  it("tells of variables that nothing reads, but of none that the catalog reads a key from", async () => {
    const { run, write } = home();
    write(".config/ccp/providers.yaml", CATALOG.replace("ZAI_API_KEY", "CCP_ZAI_KEY"));
    const env = { CCP_REROUT_MODE: "hybrid", CCP_WHATEVER: CANARY, CCP_ZAI_KEY: "k", CCP_LOG_LEVEL: "info" };
    const { stdout } = await run(["--json"], WELL, { ...SHELL, ...env });
    const { checks } = JSON.parse(stdout);
    expect(checks.filter(({ name }: { name: string }) => name === "environment")).toEqual([
      {
        name: "environment",
        state: "warn",
        text: "CCP_REROUT_MODE is no variable of ccp; did you mean CCP_REROUTE_MODE?",
        fix: "ccp config show lists them all",
      },
      {
        name: "environment",
        state: "warn",
        text: "CCP_WHATEVER is no variable of ccp",
        fix: "ccp config show lists them all",
      },
    ]);
    expect(stdout).not.toContain(CANARY);
  });

  it("--json is one object with every check", async () => {
    const { run } = home();
    expect(JSON.parse((await run(["--json"], WELL, SHELL)).stdout)).toMatchObject({
      schema: "ccp.doctor/1",
      version: "9.9.9",
      node: process.version,
      ok: true,
      checks: expect.arrayContaining([
        { name: "lane zai", state: "ok", text: "ZAI_API_KEY is set where the gateway runs", fix: null },
      ]),
    });
  });

  it("says who has the port when it is no gateway", async () => {
    const server = createServer((_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { homeDir } = home();
    const { code, stdout } = await runTest(["doctor", "--json"], {
      env: { CCP_URL: `http://127.0.0.1:${port}` },
      deps: { homeDir, request: nodeRequest },
    });
    expect(code).toBe(1);
    const { checks } = JSON.parse(stdout);
    const found = checks.find(({ name }: { name: string }) => name === "port");
    const who = process.platform === "linux" ? `process ${process.pid}, has` : "another program has";
    expect(found).toMatchObject({ state: "fail", text: expect.stringContaining(who) });
  });

  it("--live tells of each lane what it answered, and of clocks that disagree", async () => {
    const { run } = home();
    const answer = { lane: "x", asked: "GET https://x/v1/models", key_sent: true, latency_ms: 84 };
    const live = (more: object) => ({
      ...WELL,
      "POST /v1/providers/test": json({ ...answer, status: 200, clock_skew_sec: 0, ...more }),
    });
    const told = async (more: object) => (await run(["--live"], live(more), SHELL)).stdout;
    expect(await told({})).toContain("it answers and takes the key (84 ms)");
    expect(await told({ status: 401 })).toContain("it answers, and refuses the key (401)");
    expect(await told({ clock_skew_sec: -301 })).toContain("zai's is -301s off");
    expect((await run([], live({ status: 401 }), SHELL)).stdout).not.toContain("refuses");
  });

  it("tells a refused key from a spent quota", async () => {
    const { run } = home();
    const usage = view({
      gateway: GATEWAY,
      lanes: { zai: lane("auth_error", [], "the key was refused (401)") },
    });
    const { code, stdout } = await run([], { ...WELL, "GET /v1/usage": json(usage) }, SHELL);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /FAIL {2}lane zai +the key was refused \(401\)\n +fix: log in anew, or renew ZAI_API_KEY; this is no quota/,
    );
  });

  it("says of Claude Code's own settings where they lead", async () => {
    const { run, write } = home();
    write(
      ".claude/settings.json",
      '{"env": {"ANTHROPIC_BASE_URL": "http://10.0.0.9:1"}, "statusLine": {"command": "x"}}',
    );
    const { stdout } = await run([], WELL, SHELL);
    expect(stdout).toContain("its settings lead to 10.0.0.9:1, whatever the shell says");
    expect(stdout).toContain("its status line is another one; ours: ccp statusline install");
  });
});

describe("checkNode", () => {
  it.each([
    ["v20.20.2", "fail"],
    ["v22.18.0", "fail"],
    ["v22.19.0", "warn"],
    ["v24.21.0", "ok"],
    ["v26.0.0", "ok"],
  ])("%s: %s", (version, state) => expect(checkNode(version).state).toBe(state));
});

it("tells of a CCP_URL that is no address, and looks at the usual one", async () => {
  const { code, stdout, stderr } = await runTest(["doctor"], { routes: null, env: { CCP_URL: "foo" } });
  expect([code, stderr]).toEqual([1, ""]);
  expect(stdout).toMatch(/^FAIL +\S+ +CCP_URL is "foo"/m);
  expect(stdout).toContain("http://127.0.0.1:8082 is free");
  expect((await runTest(["doctor", "--url", "foo"], { routes: null })).code).toBe(64);
  expect((await runTest(["quotas"], { routes: null, env: { CCP_URL: "foo" } })).code).toBe(78);
});

describe("checkShell", () => {
  const url = "http://127.0.0.1:8082";
  const told = (env: Record<string, string>) =>
    checkShell({ ...SHELL, ...env }, url, "ccp").flatMap(({ state, text }) =>
      state === "warn" ? [text] : [],
    );

  it("is content with an address that leads to the gateway", () => expect(told({})).toEqual([]));

  it.each([
    [
      { ANTHROPIC_BASE_URL: "http://127.0.0.1:9000" },
      "ANTHROPIC_BASE_URL leads to 127.0.0.1:9000, not to the gateway",
    ],
    [{ ANTHROPIC_BASE_URL: `${url}/v1` }, "ANTHROPIC_BASE_URL has a path: clients add /v1 by themselves"],
    [{ ANTHROPIC_BASE_URL: "gateway" }, "ANTHROPIC_BASE_URL is no address"],
    [
      { CLAUDE_CODE_USE_BEDROCK: "1" },
      "CLAUDE_CODE_USE_BEDROCK is set: Claude Code then passes the gateway by",
    ],
    [{ ANTHROPIC_API_KEY: CANARY }, "ANTHROPIC_API_KEY is set: it takes the place of a claude.ai login"],
    [{ HTTP_PROXY: "http://p:1" }, "HTTP_PROXY may lead clients of the gateway elsewhere"],
    [
      { ANTHROPIC_DEFAULT_HAIKU_MODEL: "" },
      "ANTHROPIC_DEFAULT_HAIKU_MODEL is not set: background work asks for the main model",
    ],
  ])("%j", (env, text) => expect(told(env as unknown as Record<string, string>)).toEqual([text]));

  it("says that agents would be refused without the client token, and never shows it", () => {
    const missing =
      "CCP_CLIENT_TOKEN is set, but ANTHROPIC_CUSTOM_HEADERS has no x-ccp-token: agents are refused";
    expect(told({ CCP_CLIENT_TOKEN: CANARY })).toEqual([missing]);
    expect(told({ CCP_CLIENT_TOKEN: CANARY, ANTHROPIC_CUSTOM_HEADERS: "x-mine: 1" })).toEqual([missing]);
    expect(
      told({ CCP_CLIENT_TOKEN: CANARY, ANTHROPIC_CUSTOM_HEADERS: `x-mine: 1\nX-Ccp-Token: ${CANARY}` }),
    ).toEqual([]);
  });

  it("mends with a command that reaches the gateway that was looked at", () => {
    const fixes = (env: Record<string, string>) =>
      checkShell(env, "http://127.0.0.1:9000", "ccp").map(({ fix }) => fix);
    const at = "--url http://127.0.0.1:9000";
    expect(fixes({})).toEqual([`eval "$(ccp env ${at})", or start agents by: ccp claude ${at}`]);
    expect(fixes({ CCP_PORT: "9000" })).toEqual(['eval "$(ccp env)", or start agents by: ccp claude']);
  });

  it("takes NO_PROXY for what it says", () => {
    expect(told({ HTTP_PROXY: "http://p:1", NO_PROXY: "localhost, 127.0.0.1" })).toEqual([]);
  });
});

it("redact strikes out what variables of keys hold, and the name of the home folder's owner", () => {
  const check = { name: "x", state: "warn", text: `/home/me/a ${CANARY} b`, fix: `use ${CANARY}` } as const;
  expect(redact(check, { MY_API_KEY: ` ${CANARY} `, SHORT_KEY: "a", OTHER: "use" }, "/home/me")).toEqual({
    name: "x",
    state: "warn",
    text: "~/a *** b",
    fix: "use ***",
  });
});
