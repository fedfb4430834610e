import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NOW_SEC } from "../test-kit/run-test.ts";
import { loggedEvent, openStoreWorld, storedEvents } from "../test-kit/store-world.ts";

async function twoStores() {
  const [one, two] = [openStoreWorld(), openStoreWorld()];
  await one.store(storedEvents());
  await two.store([loggedEvent({ rid: "02A", ts: NOW_SEC - 3600, latency_ms: 0.1 })]);
  return { one, two };
}

describe("cc agg", () => {
  it("adds up histories, at every width", async () => {
    const { one, two } = await twoStores();
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const run = await one.run(["agg", one.stateDir, two.stateDir], { env: { COLUMNS: columns } });
      expect(run.code).toBe(0);
      for (const line of run.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
      screens.push(`COLUMNS=${columns}\n${run.stdout}`);
    }
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/agg/agg.txt");
  });

  it("gives the same in any order, and counts a history and its copy once", async () => {
    const { one, two } = await twoStores();
    const copy = join(two.stateDir, "backup");
    mkdirSync(copy);
    copyFileSync(one.database, join(copy, "history.db"));
    await one.store([loggedEvent({ rid: "01Z", ts: NOW_SEC })]);
    const plain = await one.run(["agg", "--csv", "--by", "hour", one.stateDir, two.database]);
    for (const dirs of [
      [two.stateDir, one.stateDir],
      [copy, one.stateDir, two.stateDir, one.stateDir],
      [one.stateDir, two.stateDir, copy],
    ]) {
      expect((await one.run(["agg", "--csv", "--by", "hour", ...dirs])).stdout).toBe(plain.stdout);
    }
    const json = await one.run(["agg", "--json", copy, one.stateDir]);
    const view = JSON.parse(json.stdout) as {
      schema: string;
      stores: { dirs: string[] }[];
      lanes: { zai: { count: number }[] };
    };
    expect(view.schema).toBe("ccp.agg/1");
    expect(view.stores.map(({ dirs }) => dirs)).toEqual([[copy, one.stateDir].sort()]);
    expect(view.lanes.zai.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(json.stderr).toContain("1 folder held a history that was given already");
  });

  it.each([
    [[], 64, "ccp agg needs state folders"],
    [["--by", "week", "x"], 64, "--by week is no length"],
    [["/no/such/folder"], 2, "there is no history /no/such/folder"],
  ])("refuses %j", async (args, code, text) => {
    const run = await openStoreWorld().run(["agg", ...args]);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(text);
  });
});
