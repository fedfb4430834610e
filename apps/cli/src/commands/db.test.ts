import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NOW_SEC } from "../test-kit/run-test.ts";
import { loggedEvent, openStoreWorld, storedEvents } from "../test-kit/store-world.ts";

describe("cc db status", () => {
  it("shows what the history holds, at every width", async () => {
    const world = openStoreWorld();
    await world.store(storedEvents());
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const run = await world.run(["db", "status", "--check"], { env: { COLUMNS: columns } });
      expect([run.code, run.stderr]).toEqual([0, ""]);
      for (const line of run.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
      screens.push(`COLUMNS=${columns}\n${run.stdout}`);
    }
    const text = screens
      .join("\n")
      .replaceAll(world.stateDir.slice(0, 20), "/state")
      .replace(/[0-9a-f-]{36}/g, "STORE-ID")
      .replace(/\d+ kB/g, "N kB")
      .replace(/ccp-cli-store-\S+/g, "dir/history.db")
      .replace(/\/state\S*/g, "/state/history.db");
    await expect(text).toMatchFileSnapshot("__snapshots__/db/status.txt");
  });

  it("gives the same as JSON", async () => {
    const world = openStoreWorld();
    await world.store(storedEvents());
    const run = await world.run(["db", "status", "--json"]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: "ccp.db-status/1",
      path: world.database,
      samples: 5,
      oldest_ts: NOW_SEC - 49 * 3600,
      kept_days: { samples: 30 },
    });
  });

  it("says where there is none, and what mends a damaged one", async () => {
    const world = openStoreWorld();
    const none = await world.run(["db", "status"]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("there is no history");
    writeFileSync(world.database, "garbage ".repeat(1000));
    const broken = await world.run(["db", "status"]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("it is damaged or no database");
    expect(broken.stderr).toContain("next: Stop the gateway, move the file");
  });
});

describe("cc db import", () => {
  it("brings a log in once, with its generations, and says what it left out", async () => {
    const world = openStoreWorld();
    world.log(storedEvents());
    writeFileSync(
      join(world.logsDir, "usage.jsonl.1"),
      `{"torn\n${JSON.stringify(loggedEvent({ rid: "r0" }))}\n`,
    );
    const first = await world.run(["db", "import", "--jsonl"]);
    expect([first.code, first.stdout]).toEqual([0, "added 6 exchanges\n"]);
    expect(first.stderr).toContain("1 line is no event");
    const again = await world.run(["db", "import", "--jsonl", join(world.logsDir, "usage.jsonl")]);
    expect([again.stdout, again.stderr]).toEqual([
      "added 0 exchanges\n",
      "ccp: 5 exchanges were there already\n",
    ]);
  });

  it("tells a path that leads nowhere", async () => {
    const run = await openStoreWorld().run(["db", "import", "/no/such/log"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("/no/such/log cannot be read\n     there is nothing there\n");
  });
});

describe("cc db export", () => {
  it("writes exchanges and sums as CSV", async () => {
    const world = openStoreWorld();
    await world.store([...storedEvents(), loggedEvent({ rid: "01F", ts: NOW_SEC, model: '=cmd|"x",y' })]);
    const samples = await world.run(["db", "export", "--csv"]);
    const sums = await world.run(["db", "export", "--csv", "--rollups", "day", "--since", "26h"]);
    await expect(`${samples.stdout}\n${sums.stdout}`).toMatchFileSnapshot("__snapshots__/db/export.txt");
    const recent = await world.run(["db", "export", "--csv", "--since", "2h"]);
    expect(recent.stdout.split("\n")).toHaveLength(6);
  });

  it.each([
    [["--rollups", "week"], "--rollups week is no length"],
    [["--since", "soon"], "--since soon is no time"],
  ])("refuses %j", async (args, text) => {
    const world = openStoreWorld();
    await world.store([]);
    const run = await world.run(["db", "export", ...args]);
    expect(run.code).toBe(64);
    expect(run.stderr).toContain(text);
  });
});

it("cc db alone names what it can do", async () => {
  const run = await openStoreWorld().run(["db"]);
  expect([run.code, run.stdout]).toEqual([64, ""]);
  expect(run.stderr).toContain("status, export and import");
});
