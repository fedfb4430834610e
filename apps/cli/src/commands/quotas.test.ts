import { describe, expect, it } from "vitest";
import { json, runTest, visible } from "../test-kit/run-test.ts";
import { VIEWS, view } from "../test-kit/views.ts";

const usage = (state: unknown) => ({ "GET /v1/usage": json(state) });

describe("cc quotas", () => {
  for (const [name, state] of Object.entries(VIEWS)) {
    it(`shows the state "${name}" at every width`, async () => {
      const screens: string[] = [];
      for (const columns of ["120", "100", "80", "60"]) {
        const run = await runTest(["quotas"], { env: { COLUMNS: columns }, routes: usage(state) });
        expect(run.code).toBe(0);
        screens.push(`COLUMNS=${columns}\n${run.stdout}${run.stderr === "" ? "" : `stderr:\n${run.stderr}`}`);
        const longest = Math.max(...run.stdout.split("\n").map((line) => line.length));
        expect(longest).toBeLessThanOrEqual(Number(columns));
      }
      const colored = await runTest(["quotas", "--color"], { routes: usage(state) });
      screens.push(`colour\n${visible(colored.stdout)}`);
      const ascii = await runTest(["quotas", "--ascii"], { routes: usage(state) });
      screens.push(`ascii\n${ascii.stdout}`);
      expect([...ascii.stdout].every((character) => character <= "~")).toBe(true);
      await expect(screens.join("\n")).toMatchFileSnapshot(`__snapshots__/quotas/${name}.txt`);
    });
  }
});

describe.each([
  ["quotas", 0],
  ["status", 0],
])("cc %s with a quota file that is broken", (command, code) => {
  const broken = view({ quota_issues: 1 });
  const issues = [
    { path: "models.glm.rolling_tokens", message: 'expected number, got "a\u001b lot"', line: 4, column: 20 },
  ];
  const quotas = json({ config: {}, path: "/home/me/quotas.json", loaded: "2026-11-21T19:41:07Z", issues });

  it("says that on the screen, and what and where beside it", async () => {
    const routes = { ...usage(broken), "GET /v1/quotas": quotas };
    const run = await runTest([command], { routes });
    expect(run.code).toBe(code);
    expect(run.stdout).toContain("QUOTAS  1 thing is wrong in configs/quotas.json\n");
    expect(run.stderr).toContain(
      'ccp: /home/me/quotas.json:4:20 models.glm.rolling_tokens: expected number, got "a lot"\n' +
        "ccp: mend the file, then: ccp quotas reload\n",
    );
  });

  it("still shows the rest where the gateway will not say what", async () => {
    const run = await runTest([command], { routes: usage(broken) });
    expect([run.code, run.stdout.includes("QUOTAS")]).toEqual([code, true]);
  });
});
