import { describe, expect, it } from "vitest";
import {
  CATALOG,
  catalogView,
  type DoctorHome,
  home,
  QUOTAS,
  quotasView,
  READY,
  SHELL,
  WELL,
} from "../test-kit/doctor-world.ts";
import type { TestRoutes } from "../test-kit/run-test.ts";

describe("cc doctor, of the files", () => {
  type Told = readonly [string, string, string, string | null];
  async function files(
    run: DoctorHome["run"],
    routes: TestRoutes | null,
    env: Record<string, string> = {},
  ): Promise<Told[]> {
    const { checks } = JSON.parse((await run(["--json"], routes, { ...SHELL, ...env })).stdout);
    return checks
      .filter(({ name }: { name: string }) => name === "catalog" || name === "quotas")
      .map(({ name, state, text, fix }: Record<string, string | null>) => [name, state, text, fix]);
  }
  const NO_CAP = ": no cap is configured: only what upstreams declare can warn";

  it("tells the running gateway's, and this shell's where they are others", async () => {
    const { run, write } = home();
    write(".config/ccp/quotas.json", JSON.stringify(QUOTAS));
    const env = { CCP_PROVIDERS_FILE: write("mine.yaml", CATALOG) };
    const routes = {
      ...WELL,
      "GET /v1/providers": catalogView({}, "/etc/ok.yaml"),
      "GET /v1/quotas": quotasView(null, { config: {} }),
    };
    expect(await files(run, routes, env)).toEqual([
      ["catalog", "ok", "the gateway's: /etc/ok.yaml, 3 lanes", null],
      ["catalog", "ok", "this shell's: ~/mine.yaml, 3 lanes", null],
      ["quotas", "ok", `the gateway's: built-in${NO_CAP}`, null],
      ["quotas", "ok", "this shell's: ~/.config/ccp/quotas.json, 1 cap", null],
    ]);
  });

  it("fails on what is wrong in the gateway's, whatever this shell's are like", async () => {
    const { run, write } = home();
    write(".config/ccp/providers.yaml", CATALOG);
    const issues = [{ path: "routes[0]", message: "no lane nope", line: 3, column: 4 }];
    const routes = {
      ...WELL,
      "GET /v1/providers": catalogView({}, "/etc/bad.yaml", { issues }),
      "GET /v1/quotas": quotasView("/etc/bad.json", { issues }),
    };
    expect(await files(run, routes)).toEqual([
      [
        "catalog",
        "fail",
        "the gateway's: /etc/bad.yaml:3:4 routes[0]: no lane nope",
        "mend the file, then: ccp providers reload",
      ],
      ["catalog", "ok", "this shell's: ~/.config/ccp/providers.yaml, 3 lanes", null],
      [
        "quotas",
        "fail",
        "the gateway's: /etc/bad.json:3:4 routes[0]: no lane nope",
        "mend the file, then: ccp quotas reload",
      ],
      ["quotas", "ok", `this shell's: built-in${NO_CAP}`, null],
    ]);
  });

  it("names a file once that both take, and says when it broke since the gateway read it", async () => {
    const { run, write } = home();
    const catalog = write(".config/ccp/providers.yaml", CATALOG);
    const quotas = write(".config/ccp/quotas.json", '{"models": 1}');
    const routes = {
      ...WELL,
      "GET /v1/providers": catalogView({}, catalog),
      "GET /v1/quotas": quotasView(quotas),
    };
    expect(await files(run, routes)).toEqual([
      ["catalog", "ok", "the gateway's: ~/.config/ccp/providers.yaml, 3 lanes", null],
      ["quotas", "ok", "the gateway's: ~/.config/ccp/quotas.json, 1 cap", null],
      [
        "quotas",
        "warn",
        expect.stringMatching(
          /^changed since the gateway read it: ~\/\.config\/ccp\/quotas\.json:1:\d+ models: /,
        ),
        "mend the file, then: ccp quotas reload",
      ],
    ]);
  });

  it("warns of this shell's alone where the gateway does not tell of its own", async () => {
    const { run, write } = home();
    write(".config/ccp/quotas.json", '{"models": 1}');
    const routes = { "GET /v1/usage": WELL["GET /v1/usage"], "GET /readyz": READY };
    expect((await files(run, routes)).map((told) => told.slice(0, 2))).toEqual([
      ["catalog", "ok"],
      ["quotas", "warn"],
    ]);
  });

  it("has nothing to reload where no gateway runs", async () => {
    const { run, write } = home();
    write(".config/ccp/quotas.json", '{"models": 1}');
    const [catalog, quotas] = await files(run, null);
    expect(catalog).toEqual(["catalog", "ok", expect.stringMatching(/^built-in, \d+ lanes$/), null]);
    expect(quotas?.[1]).toBe("fail");
    expect(quotas?.[2]).toMatch(/^~\/\.config\/ccp\/quotas\.json:1:\d+ models: /);
    expect(quotas?.[3]).toBe("mend the file, then: ccp config check");
  });
});
