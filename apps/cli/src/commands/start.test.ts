import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runTest } from "../test-kit/run-test.ts";
import { tempDir } from "../test-kit/temp-log.ts";

interface Launched {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
}

async function start(argv: string[], cwd = "/nowhere", code = 0) {
  const launched: Launched[] = [];
  const launch = async (file: string, args: readonly string[], env: Launched["env"]) => {
    launched.push({ file, args, env });
    return code;
  };
  const run = await runTest(["start", ...argv], { env: { ZAI_API_KEY: "k" }, deps: { launch, cwd } });
  return { run, launched: launched[0] };
}

describe("cc start", () => {
  it("runs the gateway's own program with the same Node, from sources where this runs from sources", async () => {
    const { launched } = await start([]);
    expect(launched?.file).toBe(process.execPath);
    expect(launched?.args.slice(0, 2)).toEqual(["--disable-sigusr1", "--conditions=ccp-source"]);
    expect(launched?.args[2]).toMatch(/apps\/proxy\/bin\/ccp-gateway\.mjs$/);
    expect(existsSync(launched?.args[2] ?? "")).toBe(true);
    expect(launched?.args).toHaveLength(3);
    expect(launched?.env.ZAI_API_KEY).toBe("k");
  });

  it("passes options on, the catalog with its full path", async () => {
    const dir = tempDir();
    writeFileSync(join(dir, "mine.yaml"), "");
    const { launched } = await start(
      ["--demo", "--traffic", "--strict", "--port=0", "--host", "::1", "--config", "mine.yaml"],
      dir,
    );
    expect(launched?.args.slice(3)).toEqual([
      ...[
        "--port",
        "0",
        "--host",
        "::1",
        "--config",
        join(dir, "mine.yaml"),
        "--strict",
        "--demo",
        "--traffic",
      ],
    ]);
  });

  it("ends with the gateway's exit code", async () => {
    expect((await start([], "/nowhere", 78)).run).toEqual({ code: 78, stdout: "", stderr: "" });
  });

  it.each([["--port=x"], ["--port=-1"], ["--port=65536"], ["--port="], ["--prot=1"], ["now"], ["--traffic"]])(
    "%s is refused before anything starts",
    async (word) => {
      const { run, launched } = await start([word]);
      expect([run.code, launched]).toEqual([64, undefined]);
    },
  );

  it.each([[["--url", "http://127.0.0.1:9000"]], [["--port=1", "--url=http://h"]]])(
    "takes no --url, which it would leave unheard: %j",
    async (words) => {
      const { run, launched } = await start(words);
      expect([run.code, launched, run.stderr]).toEqual([
        64,
        undefined,
        "ccp: ccp start takes no --url\n     it listens where --port and --host say\n     next: ccp start --help\n",
      ]);
      expect((await start(["--help"])).run.stdout).not.toContain("--url");
    },
  );

  it("needs the catalog to exist", async () => {
    const { run, launched } = await start(["--config", "gone.yaml"]);
    expect([run.code, launched]).toEqual([78, undefined]);
    expect(run.stderr).toContain("there is no catalog /nowhere/gone.yaml");
  });
});
