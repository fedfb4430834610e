import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeCatalog, parseCatalog, resolveLaneKeys } from "@ccp/provider-catalog";
import { afterAll, describe, expect, it } from "vitest";
import { json, runTest, visible } from "../test-kit/run-test.ts";

const dir = mkdtempSync(join(tmpdir(), "cc-providers-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const SECRET = "sk-canary-5f1c";

const CATALOG = `providers:
  anthropic:
    base_url: https://api.anthropic.com
    auth: { env: ANTHROPIC_AUTH_TOKEN, headerMode: passthrough }
    models: { "claude-*": {} }
  zai:
    baseUrl: https://api.z.ai/api/anthropic
    auth:
      env: ZAI_API_KEY
      header_mode: x-api-key
      scoped_env: { work: ZAI_API_KEY_WORK, home: ZAI_API_KEY_HOME }
    models: { "glm-4.7": {}, "glm-5": {} }
    model_map: { "claude-haiku-*": glm-4.7, "*": glm-5 }
    context_tokens: 200000
  spare:
    base_url: https://spare.example
    enabled: false
    auth: { env: SPARE_KEY, header_mode: authorization }
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`;

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const good = file("good.yaml", CATALOG);
const broken = file("broken.yaml", CATALOG.replace("context_tokens: 200000", 'context_tokens: "a lot"'));

const run = (argv: string[], env: Record<string, string> = {}) =>
  runTest(["providers", ...argv], {
    env: { CCP_PROVIDERS_FILE: good, ZAI_API_KEY: SECRET, ZAI_API_KEY_HOME: SECRET, ...env },
    routes: null,
    deps: { cwd: dir },
  });

/** The folder's name is another one in every run. */
const stable = (text: string) => text.replaceAll(dir, "/tmp/cc");

describe("cc providers", () => {
  it("shows lanes, keys and routes at every width, and needs no gateway", async () => {
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const { code, stdout, stderr } = await run([], { COLUMNS: columns });
      expect([code, stderr]).toEqual([0, ""]);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
      screens.push(`COLUMNS=${columns}\n${stdout.replace(/^catalog \S+/, "catalog FILE")}`);
    }
    const colored = await run(["--color"]);
    screens.push(`colour\n${visible(colored.stdout).replace(dir, "DIR")}`);
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/providers/list.txt");
  });

  it("list is the same", async () => {
    expect(await run(["list"])).toEqual(await run([]));
  });

  it("without a file shows the built-in catalog", async () => {
    const { code, stdout } = await run([], { CCP_PROVIDERS_FILE: "" });
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toBe(
      "catalog built-in  keys of this shell: no gateway tells at 127.0.0.1:8082",
    );
    expect(stdout).toContain("https://api.anthropic.com");
  });

  it("--json is the effective catalog in snake_case, with where it came from", async () => {
    const { stdout } = await run(["--json"]);
    const parsed = parseCatalog(CATALOG);
    if (!parsed.success) throw new Error("the test's own catalog is wrong");
    const keys = resolveLaneKeys(parsed.catalog, { ZAI_API_KEY: SECRET }, null);
    expect(JSON.parse(stdout)).toEqual({
      ...describeCatalog(parsed.catalog, keys),
      keys_from: "shell",
      url: null,
      path: good,
      source: "env",
      issues: [],
      warnings: [],
    });
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "ccp.providers/1",
      providers: {
        zai: { base_url: "https://api.z.ai/api/anthropic", key_env: "ZAI_API_KEY", key_set: true },
      },
    });
  });

  it("show tells everything about one lane", async () => {
    const zai = await run(["show", "zai"], { COLUMNS: "80" });
    const anthropic = await run(["show", "anth"], { COLUMNS: "80" });
    const profile = await run(["show", "zai"], { COLUMNS: "80", CCP_PROFILE: "work" });
    const spare = await run(["show", "spare", "--ascii"], { COLUMNS: "60" });
    const text = [zai, anthropic, profile, spare].map(({ stdout }) => stdout).join("\n");
    await expect(text).toMatchFileSnapshot("__snapshots__/providers/show.txt");
    expect(JSON.parse((await run(["show", "zai", "--json"])).stdout)).toMatchObject({
      schema: "ccp.provider/1",
      name: "zai",
      routes: [{ pattern: "claude-haiku*" }, { pattern: "*" }],
    });
  });

  it("show of a lane that is not there suggests one", async () => {
    const { code, stderr } = await run(["show", "zia"]);
    expect(code).toBe(64);
    expect(stderr).toContain('the catalog has no lane "zia"\n     did you mean zai?');
    expect((await run(["show", "constructor"])).code).toBe(64);
  });

  it("shows no value of a key, anywhere", async () => {
    for (const argv of [[], ["--json"], ["show", "zai"], ["show", "zai", "--json"], ["check", "good.yaml"]]) {
      const { stdout, stderr } = await run(argv, { CCP_LOG_LEVEL: "debug" });
      expect(stdout + stderr).not.toContain(SECRET);
    }
  });

  it("of a broken file shows no lane, the place of each fault, and ends with 78", async () => {
    const { code, stdout, stderr } = await run([], { CCP_PROVIDERS_FILE: broken });
    expect(code).toBe(78);
    expect(stdout).not.toContain("https://api.anthropic.com");
    expect(stable(stderr)).toMatch(/^\/tmp\/cc\/broken\.yaml:\d+:\d+ providers\.zai\.context_tokens: /);
    expect(stable(stderr)).toContain("next: ccp providers check /tmp/cc/broken.yaml\n");
    const { issues } = JSON.parse((await run(["--json"], { CCP_PROVIDERS_FILE: broken })).stdout);
    expect(issues).toHaveLength(1);
  });
});

/** The same catalog as a gateway tells it that has other keys than this shell. */
function gatewayView() {
  const parsed = parseCatalog(CATALOG);
  if (!parsed.success) throw new Error("the test's own catalog is wrong");
  const keys = resolveLaneKeys(parsed.catalog, { ZAI_API_KEY_WORK: SECRET }, "work");
  const { providers, routes } = describeCatalog(parsed.catalog, keys);
  return { ts: 1, path: "/etc/ccp/providers.yaml", profile: "work", providers, routes };
}

describe("cc providers with a gateway", () => {
  const routes = { "GET /v1/providers": json(gatewayView()) };
  const ask = (argv: string[], env: Record<string, string> = {}) =>
    runTest(["providers", ...argv], { env: { CCP_PROVIDERS_FILE: broken, ...env }, routes });

  it("shows the gateway's catalog and keys at every width, whatever this shell has", async () => {
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const { code, stdout, stderr } = await ask([], { COLUMNS: columns });
      expect([code, stderr]).toEqual([0, ""]);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
      screens.push(`COLUMNS=${columns}\n${stdout}`);
    }
    screens.push(`colour\n${visible((await ask(["--color"])).stdout)}`);
    screens.push((await ask(["show", "zai"], { COLUMNS: "80" })).stdout);
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/providers/gateway.txt");
  });

  it("--json says whose keys they are", async () => {
    expect(JSON.parse((await ask(["--json"])).stdout)).toMatchObject({
      schema: "ccp.providers/1",
      path: "/etc/ccp/providers.yaml",
      source: null,
      keys_from: "gateway",
      url: "http://127.0.0.1:8082",
      providers: { zai: { key_env: "ZAI_API_KEY_WORK", key_set: true } },
    });
  });

  it("ends with 78 where the gateway's own file is broken", async () => {
    const issues = [{ path: "providers.zai", message: "expected an object", line: 3, column: 5 }];
    const { code, stderr } = await runTest(["providers"], {
      routes: { "GET /v1/providers": json({ ...gatewayView(), issues }) },
    });
    expect(code).toBe(78);
    expect(stderr.split("\n")[0]).toBe("/etc/ccp/providers.yaml:3:5 providers.zai: expected an object");
  });

  it("looks around in this shell where an older gateway cannot tell", async () => {
    const { stdout } = await runTest(["providers"], { env: { CCP_PROVIDERS_FILE: good }, routes: {} });
    expect(stdout).toContain("keys of this shell: no gateway tells at 127.0.0.1:8082\n");
  });
});

describe("cc providers check", () => {
  it("says that a file can be used", async () => {
    expect(await run(["check", "good.yaml"])).toEqual({
      code: 0,
      stdout: "good.yaml: ok, 3 lanes, 2 routes\n",
      stderr: "",
    });
  });

  it("gives a line for each fault and ends with 78", async () => {
    const { code, stdout, stderr } = await run(["check", "broken.yaml"]);
    expect(code).toBe(78);
    expect(stdout).toMatch(/^broken\.yaml:\d+:\d+ providers\.zai\.context_tokens: .*"a lot"\n$/);
    expect(stderr).toBe(
      "ccp: broken.yaml cannot be used\n     1 issue\n     next: mend the file, then: ccp providers check broken.yaml\n",
    );
    const result = JSON.parse((await run(["check", "broken.yaml", "--json"])).stdout);
    expect(result).toMatchObject({ schema: "ccp.check/1", file: "broken.yaml", ok: false, warnings: [] });
  });

  it("of a file that is not there ends with 78", async () => {
    const { code, stdout } = await run(["check", "gone.yaml"]);
    expect([code, stdout]).toEqual([78, "gone.yaml: the file does not exist\n"]);
  });

  it("needs a file", async () => {
    expect((await run(["check"])).code).toBe(64);
  });
});
