import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "./command-tree.ts";
import { EXIT } from "./exit-code.ts";
import { json, runTest, type TestRoutes } from "./test-kit/run-test.ts";
import { tempDir } from "./test-kit/temp-log.ts";
import { VIEWS } from "./test-kit/views.ts";

const OTHER_PROGRAM: TestRoutes = Object.fromEntries(
  [
    "GET /readyz",
    "GET /v1/usage",
    "GET /v1/quotas",
    "GET /v1/providers",
    "GET /v1/calibration",
    "POST /v1/calibration/reset",
    "POST /v1/decisions",
    "POST /v1/quotas/reload",
  ].map((route) => [route, { status: 200, text: "<h1>It works!</h1>" }]),
);

/** Ask the gateway, and cannot do without one. */
const ASKS = [
  ["quotas"],
  ["quotas", "--threshold", "80"],
  ["quotas", "reload"],
  ["status"],
  ["hud"],
  ["logs"],
  ["guard"],
  ["guard", "--model", "glm-5"],
  ["decide", "glm-5"],
  ["calibration"],
  ["calibration", "reset", "--yes"],
] as const;

/** Do their work without one. */
const NEEDS_NONE = [
  ["providers"],
  ["providers", "show", "zai"],
  ["env"],
  ["config", "check"],
  ["config", "show"],
  ["config", "path"],
  ["config", "schema", "quotas"],
  ["completion", "bash"],
] as const;

const run = (argv: readonly string[], routes: TestRoutes | null, env: Record<string, string> = {}) =>
  runTest(argv, { routes, env: { CCP_STATE_DIR: tempDir(), ...env } });

// MinaProtocol/mina#1943, VibiumDev/vibium#202: a status that ends with 0 though nobody answers.
describe("one table of exit codes", () => {
  it.each(ASKS.map((argv) => [argv.join(" "), argv] as const))("%s", async (_name, argv) => {
    const codes = {
      down: (await run(argv, null)).code,
      other: (await run(argv, OTHER_PROGRAM)).code,
      badArgs: (await run([...argv, "--bogus"], null)).code,
      badConfig: (await run(argv, null, { CCP_URL: "nonsense" })).code,
      badUrl: (await run([...argv, "--url", "nonsense"], null)).code,
    };
    expect(codes).toEqual({
      down: EXIT.unreachable,
      other: EXIT.unreachable,
      badArgs: EXIT.usage,
      badConfig: EXIT.config,
      badUrl: EXIT.usage,
    });
  });

  it.each(NEEDS_NONE.map((argv) => [argv.join(" "), argv] as const))("%s", async (_name, argv) => {
    const codes = {
      down: (await run(argv, null)).code,
      other: (await run(argv, OTHER_PROGRAM)).code,
      badArgs: (await run([...argv, "--bogus"], null)).code,
    };
    expect(codes).toEqual({ down: EXIT.ok, other: EXIT.ok, badArgs: EXIT.usage });
  });

  it.each([["quotas"], ["status"], ["hud"], ["guard"]])(
    "%s is 0 with a gateway that is well",
    async (name) => {
      expect((await run([name], { "GET /v1/usage": json(VIEWS.normal) })).code).toBe(EXIT.ok);
    },
  );

  it("no command takes an option it does not know", async () => {
    for (const name of Object.keys(COMMANDS)) {
      if (name === "complete") continue;
      expect((await run([name, "--bogus"], null)).code, name).toBe(EXIT.usage);
    }
  });

  it("is the table of the operator's guide", () => {
    const guide = readFileSync(new URL("../../../docs/OPS-GUIDE.md", import.meta.url), "utf8");
    const section = guide.slice(guide.indexOf("## Exit codes"), guide.indexOf("## Health"));
    const codes = [...section.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, list = ""]) =>
      list.split(", ").map(Number),
    );
    const wrapped = [126, 127];
    expect(codes.filter((code) => !wrapped.includes(code))).toEqual(
      Object.values(EXIT).sort((a, b) => a - b),
    );
  });
});
