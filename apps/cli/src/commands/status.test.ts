import { describe, expect, it } from "vitest";
import { json, runTest, visible } from "../test-kit/run-test.ts";
import { VIEWS } from "../test-kit/views.ts";

const READY = json({
  providers: {
    zai: { ok: true, status: "ready", url: "https://api.z.ai/api/anthropic" },
    anthropic: { ok: true, status: "ready", url: "https://api.anthropic.com" },
    deepseek: {
      ok: false,
      status: "disabled",
      url: "https://api.deepseek.com",
      reason: "DEEPSEEK_API_KEY is not set",
    },
  },
  ts: 1,
  source: "/home/me/.config/ccp/providers.yaml",
});
const routes = (view: unknown) => ({ "GET /v1/usage": json(view), "GET /readyz": READY });

describe("cc status", () => {
  for (const [name, view] of Object.entries(VIEWS)) {
    it(`shows the state "${name}" at every width`, async () => {
      const screens: string[] = [];
      for (const columns of ["120", "80", "60"]) {
        const run = await runTest(["status"], { env: { COLUMNS: columns }, routes: routes(view) });
        expect(run.code).toBe(0);
        screens.push(`COLUMNS=${columns}\n${run.stdout}`);
        const longest = Math.max(...run.stdout.split("\n").map((line) => line.length));
        expect(longest).toBeLessThanOrEqual(Number(columns));
      }
      const colored = await runTest(["status", "--color"], { routes: routes(view) });
      screens.push(`colour\n${visible(colored.stdout)}`);
      await expect(screens.join("\n")).toMatchFileSnapshot(`__snapshots__/status/${name}.txt`);
    });
  }

  for (const [name, flags] of [
    ["speeds", ["--speeds"]],
    ["debug-quota", ["--debug-quota"]],
    ["speeds-and-debug-quota", ["--speeds", "--debug-quota"]],
  ] as const) {
    it(`adds ${flags.join(" and ")}`, async () => {
      const screens: string[] = [];
      for (const columns of ["120", "80", "60"]) {
        const run = await runTest(["status", ...flags], {
          env: { COLUMNS: columns },
          routes: routes(VIEWS.normal),
        });
        screens.push(`COLUMNS=${columns}\n${run.stdout}`);
        const longest = Math.max(...run.stdout.split("\n").map((line) => line.length));
        expect(longest).toBeLessThanOrEqual(Number(columns));
      }
      const colored = await runTest(["status", ...flags, "--color"], { routes: routes(VIEWS.normal) });
      screens.push(`colour\n${visible(colored.stdout)}`);
      await expect(screens.join("\n")).toMatchFileSnapshot(`__snapshots__/status/${name}.txt`);
    });
  }
});
