import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
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

  // vshulcz/deja-vu#816, #818: one folder that cannot be read hid all others.
  it("reads what can be read, and names the rest", async () => {
    const world = openStoreWorld();
    const broken = join(world.stateDir, "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "projects"), "a file where a folder should be");
    const good = join(world.stateDir, "good");
    const project = join(good, "projects", "dir.jsonl");
    mkdirSync(project, { recursive: true });
    symlinkSync(good, join(project, "loop"));
    writeFileSync(
      join(project, "a.jsonl"),
      [
        `\uFEFF${line("msg_bom", "2026-11-20T10:00:00Z")}\r`,
        line("msg_far", "9999-12-31T23:59:59.999Z"),
        line("msg_torn", "2026-11-20T10:00:01Z").slice(0, -9),
        line("msg_torn2", "2026-11-20T10:00:02Z").slice(0, -5),
        `${line("msg_long", "2026-11-20T10:00:03Z").slice(0, -1)},"content":"${"x".repeat(2_000_000)}"}`,
        line("msg_cut", "2026-11-20T10:00:03Z").slice(0, 60) + line("msg_spliced", "2026-11-20T10:00:03Z"),
        `${line("msg_last", "2026-11-20T10:00:04Z")}`,
      ].join("\n"),
    );
    const env = { CLAUDE_CONFIG_DIR: `${broken},${good}` };
    const run = await world.run(["import", "claude", "--dry-run", "--json"], { env });
    expect(run.code).toBe(0);
    const { rows, unread } = JSON.parse(run.stdout);
    expect(rows.map(({ output_tokens }: { output_tokens: number }) => output_tokens)).toEqual([2, 2, 2, 2]);
    expect(unread).toMatchObject([
      { path: join(broken, "projects"), reason: expect.stringContaining("ENOTDIR") },
      { path: join(project, "loop"), reason: "a link, which is not followed" },
      {
        path: join(project, "a.jsonl"),
        reason: "line 2 is of a time that cannot be: 9999-12-31T23:59:59.999Z, and 3 more like it",
      },
    ]);
    for (const { path } of unread) expect(run.stderr).toContain(`${path} was not read: `);
  });

  it("brings what an answer has grown by since the last import", async () => {
    const world = openStoreWorld();
    passed(world);
    const project = join(world.stateDir, "claude", "projects", "p");
    mkdirSync(project, { recursive: true });
    const file = join(project, "s.jsonl");
    const env = { CLAUDE_CONFIG_DIR: join(world.stateDir, "claude") };
    const sum = () => [...readImported(world.logsDir)].reduce((all, row) => all + row.output_tokens, 0);
    writeFileSync(file, `${line("msg_1", "2026-11-21T09:00:00Z", 1)}\n`);
    await world.run(["import", "claude"], { env });
    expect(sum()).toBe(1);
    appendFileSync(file, `${line("msg_1", "2026-11-21T09:00:00Z", 2600)}\n`);
    const grown = await world.run(["import", "claude"], { env });
    expect(grown.stderr).toContain("1 answer had grown since it was imported");
    await world.run(["import", "claude"], { env });
    expect(sum()).toBe(2600);
    const status = await world.run(["agg", world.stateDir, "--json"]);
    expect(status.stdout).toContain("2600");
  });
});

/** A line of a transcript. */
function line(id: string, timestamp: string, output_tokens = 2): string {
  const usage = { input_tokens: 1, output_tokens };
  const message = { id, model: "claude-opus-5-5", usage };
  return JSON.stringify({ type: "assistant", requestId: `req_${id}`, timestamp, message });
}
