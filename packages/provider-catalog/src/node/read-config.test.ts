import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtInCatalog } from "../built-in-catalog.ts";
import { type LocateOptions, locateConfig } from "./locate-config.ts";
import { readCatalog, readCatalogAt, readQuotas, readQuotasAt } from "./read-config.ts";

const LOCAL =
  "providers: { local: { base_url: http://localhost } }\nroutes: [{ pattern: '*', provider: local }]\n";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ccp-catalog-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string | Uint8Array): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function options(env: Record<string, string> = {}): LocateOptions {
  return { env, checkoutDir: join(root, "checkout"), homeDir: join(root, "home") };
}

describe("locateConfig", () => {
  it("looks in the user's folder, then in the checkout, and says where it looked", () => {
    expect(locateConfig("providers", options())).toEqual({
      path: null,
      source: "built_in",
      variable: null,
      tried: [
        join(root, "home/.config/ccp/providers.yaml"),
        join(root, "home/.config/ccp/providers.yml"),
        join(root, "checkout/configs/providers.yaml"),
        join(root, "checkout/configs/providers.yml"),
      ],
    });
    const checkout = write("checkout/configs/providers.yaml", LOCAL);
    expect(locateConfig("providers", options())).toMatchObject({ path: checkout, source: "checkout" });
    const user = write("home/.config/ccp/providers.yaml", LOCAL);
    expect(locateConfig("providers", options())).toMatchObject({ path: user, source: "user", tried: [user] });
  });

  it("never takes the example file", () => {
    write("checkout/configs/providers.example.yaml", LOCAL);
    write("checkout/configs/quotas.example.json", "{}");
    expect(locateConfig("providers", options()).path).toBeNull();
    expect(locateConfig("quotas", options()).path).toBeNull();
  });

  it("takes quotas as JSON before YAML", () => {
    const yml = write("checkout/configs/quotas.yml", "{}");
    expect(locateConfig("quotas", options()).path).toBe(yml);
    const yaml = write("checkout/configs/quotas.yaml", "{}");
    expect(locateConfig("quotas", options()).path).toBe(yaml);
    const json = write("checkout/configs/quotas.json", "{}");
    expect(locateConfig("quotas", options()).path).toBe(json);
  });

  it("follows XDG_CONFIG_HOME when it is absolute", () => {
    const xdg = write("xdg/ccp/providers.yaml", LOCAL);
    expect(locateConfig("providers", options({ XDG_CONFIG_HOME: join(root, "xdg") })).path).toBe(xdg);
    expect(locateConfig("providers", options({ XDG_CONFIG_HOME: "xdg" })).tried[0]).toBe(
      join(root, "home/.config/ccp/providers.yaml"),
    );
  });

  it("a file named by its variable is the only one asked, there or not", () => {
    write("home/.config/ccp/providers.yaml", LOCAL);
    const path = join(root, "nowhere.yaml");
    expect(locateConfig("providers", options({ CCP_PROVIDERS_FILE: path }))).toEqual({
      path,
      source: "env",
      variable: "CCP_PROVIDERS_FILE",
      tried: [path],
    });
    expect(locateConfig("quotas", options({ CCP_QUOTAS_FILE: "~/q.json" })).path).toBe(
      join(root, "home/q.json"),
    );
    expect(locateConfig("providers", options({ CCP_PROVIDERS_FILE: "  " })).source).toBe("user");
  });

  it("without a checkout only the user's folder is searched", () => {
    const { tried } = locateConfig("providers", { ...options(), checkoutDir: null });
    expect(tried).toHaveLength(2);
  });
});

describe("readCatalog", () => {
  it("is the built-in catalog when there is no file", () => {
    expect(readCatalog(options())).toMatchObject({
      catalog: builtInCatalog(),
      path: null,
      source: "built_in",
      issues: [],
      warnings: [],
    });
  });

  it("is the file, whole, when there is one", () => {
    const path = write("checkout/configs/providers.yaml", `\uFEFF${LOCAL}`);
    const read = readCatalog(options());
    expect(read).toMatchObject({ path, source: "checkout", issues: [], warnings: [] });
    expect(read.catalog.lanes.map(({ id }) => id)).toEqual(["local"]);
  });

  it("has no lanes, and the issues of a bad file, which keeps its path", () => {
    const path = write("checkout/configs/providers.yaml", "providers:\n  zai: {}\n");
    expect(readCatalog(options())).toMatchObject({
      path,
      catalog: { lanes: [], routes: [] },
      issues: [{ path: "providers.zai.base_url", line: 2, column: 3 }],
    });
  });

  it("names the variable and the path of a file that does not exist", () => {
    const path = join(root, "nowhere.yaml");
    expect(readCatalog(options({ CCP_PROVIDERS_FILE: path })).issues).toEqual([
      { path: "", message: `CCP_PROVIDERS_FILE names ${path}, which does not exist` },
    ]);
  });

  it.each([
    [
      "a folder",
      () => mkdirSync(join(root, "home/.config/ccp/providers.yaml"), { recursive: true }),
      "the file is not a regular file",
    ],
    [
      "UTF-16",
      () => write("home/.config/ccp/providers.yaml", Buffer.from(LOCAL, "utf16le")),
      "expected UTF-8 text, found NUL characters; is the file UTF-16?",
    ],
    [
      "4 MiB and more",
      () => write("home/.config/ccp/providers.yaml", new Uint8Array(4 * 1024 * 1024 + 1)),
      "the file is larger than 4194304 bytes",
    ],
  ])("reports %s instead of passing it over", (_, make, message) => {
    make();
    expect(readCatalog(options())).toMatchObject({
      catalog: { lanes: [], routes: [] },
      issues: [{ message }],
    });
  });

  // Root reads everything, so there the file is simply read.
  it.runIf(process.getuid?.() !== 0)("reports a file without permission", () => {
    chmodSync(write("home/.config/ccp/providers.yaml", LOCAL), 0);
    expect(readCatalog(options()).issues).toEqual([
      { path: "", message: "the file cannot be read (no permission)" },
    ]);
  });

  it("reads the same place again, also after the file has gone", () => {
    const path = write("checkout/configs/providers.yaml", LOCAL);
    const place = locateConfig("providers", options());
    write("home/.config/ccp/providers.yaml", "{}");
    expect(readCatalogAt(place)).toMatchObject({ path, issues: [] });
    rmSync(path);
    expect(readCatalogAt(place).issues).toEqual([{ path: "", message: "the file does not exist" }]);
  });
});

describe("readQuotas", () => {
  const none = { config: { rollingMs: 18_000_000, weeklyMs: 604_800_000, models: [], pools: [] }, file: {} };

  it("is the default windows without caps when there is no file", () => {
    expect(readQuotas(options())).toMatchObject({ ...none, path: null, issues: [] });
  });

  it("is the file when there is one", () => {
    const path = write(
      "home/.config/ccp/quotas.yaml",
      "models: { glm-5: { provider: zai, rolling_tokens: 5 } }",
    );
    expect(readQuotas(options())).toMatchObject({
      path,
      issues: [],
      config: { models: [{ key: "glm-5", rollingTokens: 5 }] },
      file: { models: { "glm-5": { provider: "zai", rolling_tokens: 5 } } },
    });
  });

  it("has the issues of a bad file and no caps", () => {
    const path = write("bad.json", '{ "models": { "glm-5": {} } }');
    const read = readQuotas(options({ CCP_QUOTAS_FILE: path }));
    expect(read).toMatchObject({
      ...none,
      path,
      issues: [{ path: "models.glm-5.provider", line: 1, column: 15 }],
    });
    expect(readQuotasAt(locateConfig("quotas", options({ CCP_QUOTAS_FILE: `${path}.gone` }))).issues).toEqual(
      [{ path: "", message: `CCP_QUOTAS_FILE names ${path}.gone, which does not exist` }],
    );
  });
});
