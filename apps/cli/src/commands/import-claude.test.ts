import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readImported, requestKey } from "@ccp/usage-store/node";
import { describe, expect, it } from "vitest";
import { json, type TestOptions } from "../test-kit/run-test.ts";
import { loggedEvent, openStoreWorld, type StoreWorld } from "../test-kit/store-world.ts";

/** What the gateway logged: one answer known by its request id, one by its time and counts. */
function passed(world: StoreWorld): void {
  const ts = Date.parse("2026-11-21T10:00:02.400Z") / 1000;
  world.log([
    loggedEvent({ rid: "g1", ts, model: "claude-opus-5-5", request_key: requestKey("req_01C") }),
    loggedEvent({
      rid: "g2",
      ts: Date.parse("2026-11-21T10:05:03Z") / 1000,
      latency_ms: 2000,
      model: "glm-4.7",
      input_tokens: 500,
      output_tokens: 42,
      cache_read_tokens: 0,
    }),
  ]);
}

/** A gateway that notes the rows it is sent. */
function gateway(answer: object, status = 200) {
  const rows: { id: string }[] = [];
  const request: NonNullable<TestOptions["deps"]>["request"] = async ({ body }) => {
    rows.push(...(JSON.parse(body ?? "{}") as { rows: { id: string }[] }).rows);
    return json(answer, status);
  };
  return { rows, deps: { request } };
}

describe("cc import claude", () => {
  it("shows what it would count, at every width", async () => {
    const world = openStoreWorld();
    passed(world);
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const run = await world.run(["import", "claude", "--dry-run"], { env: { COLUMNS: columns } });
      expect(run.code).toBe(0);
      for (const line of run.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
      screens.push(`COLUMNS=${columns}\n${run.stdout}${run.stderr}`);
    }
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/import/claude-dry-run.txt");
    expect([...readImported(world.logsDir)]).toEqual([]);
  });

  it("hands each answer over once, with the last of its counts", async () => {
    const world = openStoreWorld();
    passed(world);
    const { rows, deps } = gateway({ ts: 1, counted: 4, known: 0, past: 0 });
    const run = await world.run(["import", "claude"], { deps });
    expect(run.code).toBe(0);
    expect(rows).toMatchObject([
      { ts: 1795165205, lane: "anthropic", model: "claude-opus-5-5", input_tokens: 4, output_tokens: 310 },
      { output_tokens: 25 },
      { output_tokens: 120, cache_creation_tokens: 400, cache_read_tokens: 12_004 },
      { model: "claude-haiku-5-5", output_tokens: 60 },
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(4);
    expect(run.stderr).toContain("2 answers passed the gateway and are counted there");
    expect(run.stderr).toContain("the gateway's windows count 4 answers more");
  });

  it("keeps them for the next gateway where none runs, and counts none twice", async () => {
    const world = openStoreWorld();
    passed(world);
    const first = await world.run(["import", "claude"]);
    expect(first.stderr).toContain("its windows will count 4 answers more at its next start");
    const kept = [...readImported(world.logsDir)];
    expect(kept).toHaveLength(4);
    expect(readFileSync(join(world.logsDir, "imported.jsonl"), "utf8")).not.toMatch(/req_|msg_|home|basket/);
    const again = await world.run(["import", "claude"]);
    expect(again.stderr).toContain("4 answers were imported before");
    expect([...readImported(world.logsDir)]).toEqual(kept);
    const status = await world.run(["db", "status", "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({ samples: 4 });
  });

  it("takes only what is newer, on the lane that is named", async () => {
    const world = openStoreWorld();
    passed(world);
    const run = await world.run([
      "import",
      "claude",
      "--dry-run",
      "--json",
      "--since",
      "2026-11-21T10:30:00Z",
      "--lane",
      "zai",
    ]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: "ccp.import/1",
      dry_run: true,
      passed_gateway: 0,
      rows: [{ lane: "zai", model: "claude-haiku-5-5", input_tokens: 900 }],
    });
  });

  it("warns where there is no log to compare with", async () => {
    const run = await openStoreWorld().run(["import", "claude", "--dry-run"]);
    expect(run.stderr).toContain("there is no usage log here");
  });

  it("tells what stands in the way", async () => {
    const world = openStoreWorld();
    const none = await world.run(["import", "claude"], { env: { CLAUDE_CONFIG_DIR: "/no/such" } });
    expect([none.code, none.stderr.split("\n")[0]]).toEqual([
      2,
      "ccp: there are no transcripts of Claude Code",
    ]);
    const envelope = {
      type: "error",
      error: { type: "authentication_error", message: "wrong token" },
      request_id: "r",
    };
    const refused = await world.run(["import", "claude"], { deps: gateway(envelope, 401).deps });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("401: wrong token");
    expect(refused.stderr).toContain("CCP_ADMIN_TOKEN");
    writeFileSync(
      join(world.stateDir, "ccp.lock"),
      JSON.stringify({ pid: process.pid, start: null, since_ms: 1 }),
    );
    const held = await world.run(["import", "claude"]);
    expect(held.code).toBe(69);
    expect(held.stderr).toContain(`process ${process.pid} uses the state folder`);
  });
});
