import { describe, expect, it } from "vitest";
import { json, runTest, visible } from "../test-kit/run-test.ts";
import { VIEWS } from "../test-kit/views.ts";

const usage = (view: unknown) => ({ "GET /v1/usage": json(view) });

describe("cc quotas", () => {
  for (const [name, view] of Object.entries(VIEWS)) {
    it(`shows the state "${name}" at every width`, async () => {
      const screens: string[] = [];
      for (const columns of ["120", "100", "80", "60"]) {
        const run = await runTest(["quotas"], { env: { COLUMNS: columns }, routes: usage(view) });
        expect(run.code).toBe(0);
        screens.push(`COLUMNS=${columns}\n${run.stdout}${run.stderr === "" ? "" : `stderr:\n${run.stderr}`}`);
        const longest = Math.max(...run.stdout.split("\n").map((line) => line.length));
        expect(longest).toBeLessThanOrEqual(Number(columns));
      }
      const colored = await runTest(["quotas", "--color"], { routes: usage(view) });
      screens.push(`colour\n${visible(colored.stdout)}`);
      const ascii = await runTest(["quotas", "--ascii"], { routes: usage(view) });
      screens.push(`ascii\n${ascii.stdout}`);
      expect([...ascii.stdout].every((character) => character <= "~")).toBe(true);
      await expect(screens.join("\n")).toMatchFileSnapshot(`__snapshots__/quotas/${name}.txt`);
    });
  }
});
