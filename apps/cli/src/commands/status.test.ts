import { describe, expect, it } from "vitest";
import { json, NOW_SEC, runTest, visible } from "../test-kit/run-test.ts";
import { lane, model, SOME_SPEEDS, VIEWS, view } from "../test-kit/views.ts";

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

  const TOKENS = { input_tokens: 0, output_tokens: 0, cache_creation_tokens: 0, cache_read_tokens: 0 };
  const SERVED = view({
    lanes: { anthropic: lane("ok"), zai: lane("ok") },
    models: {
      "claude-haiku-4-5-20251001": model({
        reqs: 13,
        lanes: { zai: { reqs: 13, ...TOKENS }, anthropic: { reqs: 40, ...TOKENS } },
        speeds: SOME_SPEEDS,
        cooldown_active: true,
        cooldown_next_ts: NOW_SEC + 5973,
      }),
      "glm-4.7": model({ lanes: {} }),
    },
  });

  it.each([
    [
      122,
      "MODEL                      SERVED BY       REQ  OUT/S  DIRTY  SESSION  TTFT p50   p90    p99  BEST HOURS    STATE",
      "claude-haiku-4-5-20251001  anthropic, zai  120     61     48       59     0.84s  2.9s  1m12s  08:00, 07:00  cool 1h39m",
    ],
    [
      80,
      "MODEL      SERVED BY       REQ  OUT/S  DIRTY  TTFT p50   p90    p99  STATE",
      "haiku-4-5  anthropic, zai  120     61     48     0.84s  2.9s  1m12s  cool 1h39m",
    ],
  ])(
    "--speeds names all lanes that the speeds are of, and cuts nothing: %d columns",
    async (columns, ...expected) => {
      const env = { COLUMNS: String(columns) };
      const { stdout } = await runTest(["status", "--speeds"], { env, routes: routes(SERVED) });
      const lines = stdout.split("\n");
      const head = lines.findIndex((line) => line.includes("SERVED BY"));
      expect(lines.slice(head, head + 2)).toEqual(expected);
      expect(lines[head + 2]).toMatch(/^glm-4\.7 +- +0 +- /);
    },
  );

  it.each([80, 100, 110, 120])(
    "--debug-quota tells when a cooldown ends, whole: %d columns",
    async (columns) => {
      const env = { COLUMNS: String(columns) };
      const { stdout } = await runTest(["status", "--debug-quota"], { env, routes: routes(SERVED) });
      const rows = stdout.split("\n").filter((line) => line.includes("haiku-4-5"));
      // The third is what a fallback served of it.
      expect(rows).toHaveLength(3);
      const own = rows.filter((row) => row.includes("zai") || row.includes("21:20"));
      expect(own).toHaveLength(2);
      for (const row of own) expect(row).toMatch(/ 21:20 \(1h39m\) .*cool 1h39m$/);
    },
  );

  it("tells of requests under way, and where each model would go now", async () => {
    const would = { lane: "zai", reroute_decision: "quota_pass" } as const;
    const usage = view({ ...SERVED, in_flight: 3, models: { "glm-4.7": model({ would }) } });
    const { stdout } = await runTest(["status"], { routes: routes(usage) });
    expect(stdout.split("\n").slice(1, 3)).toEqual([
      "ready  2 of 3 lanes on, 2 open now  3 in flight  catalog /home/me/.config/ccp/providers.yaml",
      "now glm-4.7 → zai",
    ]);
  });
});
