import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtInCatalog } from "@ccp/provider-catalog";
import { describe, expect, it } from "vitest";
import type { Choice } from "../cli-deps.ts";
import { runTest, type TestOptions } from "../test-kit/run-test.ts";
import { screens } from "../test-kit/screens.ts";
import { tempDir } from "../test-kit/temp-log.ts";

function home(files: Readonly<Record<string, string>> = {}) {
  const root = tempDir();
  const dir = join(root, "ccp");
  if (Object.keys(files).length > 0) mkdirSync(dir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const env = { XDG_CONFIG_HOME: root };
  const run = (argv: string[], options: TestOptions = {}) =>
    runTest(["config", ...argv], { ...options, env: { ...env, ...options.env } });
  const read = (name: string) => readFileSync(join(dir, name), "utf8");
  return { dir, env, run, read, clean: (text: string) => text.replaceAll(dir, "DIR") };
}

const QUOTAS =
  '{ "models": { "glm-4.7": { "provider": "zai", "rolling_tokens": 2000000, "weekly_limit_value": 20000000 }, "claude-*": { "provider": "anthropic", "weekly_limit_type": "hours", "weekly_limit_value": 40 } } }';
const BROKEN = "providers:\n  zai: {}\nroutes: 5\n";

describe("cc config init", () => {
  it("writes what is asked for, and never a key", async () => {
    const { run, read, clean, dir } = home();
    const env = { ZAI_API_KEY: "sk-secret-value" };
    const made = await run(["init", "--yes", "--lane", "zai", "--lane", "anth,openrouter"], { env });
    expect({ ...made, stdout: clean(made.stdout) }).toEqual({
      code: 0,
      stdout:
        "wrote DIR/providers.schema.json\nwrote DIR/quotas.schema.json\nwrote DIR/quotas.json\nwrote DIR/providers.yaml\n",
      stderr:
        "ccp: set where the gateway runs: OPENROUTER_API_KEY\n" +
        "ccp: next: ccp start, or restart the gateway; ccp config show tells what is in force\n",
    });
    expect(read("providers.yaml").split("\n")[0]).toBe(
      "# yaml-language-server: $schema=./providers.schema.json",
    );
    expect(read("providers.yaml")).not.toContain("sk-secret");
    const check = await run(["check"]);
    expect([check.code, clean(check.stdout)]).toEqual([
      0,
      "DIR/providers.yaml: ok, 3 lanes, 4 routes\nDIR/quotas.json: ok, 0 models, 0 pools\n",
    ]);
    expect(existsSync(join(dir, "providers.yaml.bak"))).toBe(false);
  });

  it("takes Anthropic and the lanes with a key where none is named", async () => {
    const { run, read } = home();
    await run(["init", "--yes"], { env: { KIMI_API_KEY: "k" } });
    expect([...read("providers.yaml").matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name)).toEqual([
      "anthropic",
      "kimi",
    ]);
  });

  it("asks at a terminal, with a hint for each lane", async () => {
    const { run, read } = home();
    const asked: { choices: readonly Choice[]; picked: readonly string[] }[] = [];
    const choose = async (_question: string, choices: readonly Choice[], picked: readonly string[]) => {
      asked.push({ choices, picked });
      return ["ollama"];
    };
    const made = await run(["init"], { env: { ZAI_API_KEY: "k" }, deps: { choose } });
    expect([made.code, asked[0]?.picked]).toEqual([0, ["anthropic", "zai"]]);
    expect(asked[0]?.choices.slice(1, 3)).toEqual([
      { value: "zai", hint: "https://api.z.ai/api/anthropic, ZAI_API_KEY is set" },
      { value: "bigmodel", hint: "https://open.bigmodel.cn/api/anthropic, BIGMODEL_API_KEY is not set" },
    ]);
    expect(read("providers.yaml")).toContain("  ollama:\n");
  });

  it("without a terminal says what to do: 64", async () => {
    const { run, dir } = home();
    for (const deps of [{}, { choose: async () => null }]) {
      const made = await run(["init"], { deps });
      expect([made.code, made.stdout, existsSync(dir)]).toEqual([64, "", false]);
      expect(made.stderr).toContain("ccp config init --yes --lane anthropic --lane zai");
    }
  });

  it.each(["providers.yaml", "providers.yml", "quotas.json", "quotas.yaml"])(
    "does not write over %s, nor beside it",
    async (name) => {
      const { run, read, dir } = home({ [name]: "mine: true\n" });
      const made = await run(["init", "--yes"]);
      expect([made.code, made.stdout, read(name)]).toEqual([1, "", "mine: true\n"]);
      expect(made.stderr).toContain(`${join(dir, name)} is there already`);
    },
  );

  it("--force keeps the old files", async () => {
    const { run, read } = home({ "providers.yaml": "old: 1\n", "quotas.json": "{}\n" });
    expect((await run(["init", "--yes", "--force"])).code).toBe(0);
    expect([read("providers.yaml.bak"), read("quotas.json.bak")]).toEqual(["old: 1\n", "{}\n"]);
  });

  it("says when another file will be read", async () => {
    const { run } = home();
    const made = await run(["init", "--yes"], { env: { CCP_PROVIDERS_FILE: "/etc/p.yaml" } });
    expect(made.stderr).toContain("CCP_PROVIDERS_FILE names /etc/p.yaml: the gateway will read that");
  });

  it("knows the lanes", async () => {
    const { run, dir } = home();
    const made = await run(["init", "--yes", "--lane", "zia"]);
    expect([made.code, made.stderr.split("\n")[1], existsSync(dir)]).toEqual([
      64,
      "     did you mean zai?",
      false,
    ]);
  });
});

describe("cc config check", () => {
  it("has a line for each fault, with its place", async () => {
    const { run, clean } = home({ "providers.yaml": BROKEN, "quotas.json": QUOTAS });
    const checked = await run(["check"]);
    expect(checked.code).toBe(78);
    expect(clean(checked.stdout)).toBe(
      "DIR/providers.yaml:2:3 providers.zai.base_url: expected a URL such as https://api.example.com, found nothing\n" +
        "DIR/providers.yaml:3:9 routes: expected a list, found 5\n" +
        "DIR/quotas.json: ok, 2 models, 0 pools\n",
    );
    expect(clean(checked.stderr)).toBe(
      "ccp: DIR/providers.yaml cannot be used\n     2 issues\n     next: mend it, then: ccp config check\n",
    );
  });

  it("tells by name or content what a file is", async () => {
    const { run, dir, clean } = home({
      "a.yaml": BROKEN,
      "b.json": QUOTAS,
      "my-quotas.yaml": "models: {}\n",
    });
    expect((await run(["check", join(dir, "a.yaml")])).code).toBe(78);
    expect(clean((await run(["check", join(dir, "b.json")])).stdout)).toBe(
      "DIR/b.json: ok, 2 models, 0 pools\n",
    );
    expect(clean((await run(["check", join(dir, "my-quotas.yaml")])).stdout)).toBe(
      "DIR/my-quotas.yaml: ok, 0 models, 0 pools\n",
    );
    expect((await run(["check", join(dir, "b.json"), "--kind=providers"])).code).toBe(78);
    const gone = await run(["check", join(dir, "gone.yaml")]);
    expect([gone.code, clean(gone.stdout)]).toEqual([78, "DIR/gone.yaml: the file does not exist\n"]);
  });

  it("--json, and the built-in values", async () => {
    const { run } = home();
    const { stdout } = await run(["check", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      schema: "ccp.config-check/1",
      files: ["providers", "quotas"].map((kind) => ({
        kind,
        file: null,
        issues: [],
        warnings: [],
        ok: true,
      })),
    });
    expect((await run(["check"])).stdout).toBe(
      `providers: built in, ${builtInCatalog().lanes.length} lanes, ${builtInCatalog().routes.length} routes\nquotas: built in, 0 models, 0 pools\n`,
    );
  });
});

describe("cc config show, path and schema", () => {
  const KEYS = { ZAI_API_KEY: "sk-secret-1", CCP_ADMIN_TOKEN: "sk-secret-2", CCP_REROUTE_MODE: "run2cap" };

  it("show: nothing is configured", async () => {
    const text = await screens(["config", "show"], { env: KEYS });
    expect(text).not.toContain("sk-secret");
    await expect(text).toMatchFileSnapshot("__snapshots__/config/show-empty.txt");
  });

  it("show --json has no lane of a broken file and no secret, and ends with 78", async () => {
    const { run } = home({ "providers.yaml": BROKEN, "quotas.json": QUOTAS });
    const { code, stdout, stderr } = await run(["show", "--json"], { env: KEYS });
    const { schema, environment, catalog, quotas } = JSON.parse(stdout);
    expect([code, schema, environment.CCP_ADMIN_TOKEN]).toEqual([78, "ccp.config/1", "(set)"]);
    expect([catalog.providers, catalog.issues.length, Object.keys(quotas.models)]).toEqual([
      {},
      2,
      ["glm-4.7", "claude-*"],
    ]);
    expect(stdout + stderr).not.toContain("sk-secret");
  });

  it("path tells the file and the order", async () => {
    const { run, clean, dir } = home({ "providers.yml": "" });
    const { stdout } = await run(["path"], {
      env: { CCP_QUOTAS_FILE: "/etc/q.json" },
      deps: { checkoutDir: "/nowhere/checkout" },
    });
    expect(clean(stdout)).toBe(
      [
        "providers  DIR/providers.yml  of the user",
        "  1. no file DIR/providers.yaml",
        "  2. used    DIR/providers.yml",
        "quotas     /etc/q.json  named by CCP_QUOTAS_FILE",
        "  1. missing /etc/q.json",
        "",
      ].join("\n"),
    );
    const json = JSON.parse((await run(["path", "--json"])).stdout);
    expect([json.schema, json.providers.path, json.quotas.source]).toEqual([
      "ccp.config-path/1",
      join(dir, "providers.yml"),
      "built_in",
    ]);
  });

  it.each(["providers", "quotas"])("schema %s is that of configs/", async (kind) => {
    const { run } = home();
    const { stdout } = await run(["schema", kind]);
    expect(stdout).toBe(
      readFileSync(new URL(`../../../../configs/${kind}.schema.json`, import.meta.url), "utf8"),
    );
  });

  it.each([[[]], [["schema"]], [["schema", "all"]], [["shwo"]]])("%j is 64", async (argv) => {
    expect((await home().run(argv)).code).toBe(64);
  });
});
