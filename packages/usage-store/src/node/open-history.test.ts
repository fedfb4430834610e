import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { UsageSample } from "@ccp/usage-contract";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { testEvent } from "../test-event.ts";
import { HISTORY_NAME, HistoryDb } from "./history-db.ts";
import { temporaryFolder } from "./log-test-kit.ts";
import { type History, openHistory } from "./open-history.ts";
import { openUsageLog } from "./open-usage-log.ts";

/** A log is read by the times of its files, too: they cannot lie in another year. */
const NOW_MS = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const T = NOW_MS / 1000;

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.dir, HISTORY_NAME);
});
afterEach(() => folder.remove());

function open(at: string | null = path) {
  const told: string[] = [];
  const history = openHistory({
    path: at,
    logsDir: join(folder.dir, "logs"),
    nowMs: () => NOW_MS,
    onFault: ({ kind, mend }) => told.push(`${kind}: ${mend}`),
    onRecovered: () => told.push("recovered"),
  });
  onTestFinished(() => history.close());
  return { history, told };
}

async function rids(history: History): Promise<string[]> {
  const text = await history.ask({ kind: "samples", query: {} });
  const models = JSON.parse(text) as Record<string, UsageSample[]>;
  return Object.values(models)
    .flat()
    .map(({ rid }) => rid);
}

const event = (n: number) => testEvent({ ts: T + n, rid: `r${n}` });

describe.each([
  ["in a database", () => path],
  ["in memory", () => null],
])("history %s", (_name, at) => {
  it("answers with all that was added before", async () => {
    const { history, told } = open(at());
    for (let n = 0; n < 5000; n += 1) history.add(event(n));
    history.add(testEvent({ event: "decision", status: -1, rid: "none" }));
    const found = await rids(history);
    expect([found.length, found.at(0), found.at(-1)]).toEqual([5000, "r0", "r4999"]);
    history.addImported({
      id: "i1",
      part: 0,
      ts: T,
      lane: "anthropic",
      model: "opus",
      input_tokens: 1,
      output_tokens: 2,
      cache_creation_tokens: 3,
      cache_read_tokens: 4,
    });
    history.addWindows([
      { ts: T - 60, lane: "zai", model: null, window: "5h", source: "header", used: 0.5, reset: T - 30 },
    ]);
    const rollups = await history.ask({ kind: "rollups", query: { granularity: "day", by: "lane" } });
    expect(Object.keys(JSON.parse(rollups))).toEqual(["anthropic", "zai"]);
    const windows = JSON.parse(await history.ask({ kind: "windows", query: {} })) as { windows: unknown };
    expect(windows.windows).toMatchObject([{ window: "5h", used_pct: [0.5], resets: [T - 30] }]);
    const page = JSON.parse(await history.ask({ kind: "page", after: { ts: T + 4998, rid: "" } }));
    expect(page).toHaveLength(2);
    expect(told).toEqual([]);
  });
});

describe("the database of a gateway", () => {
  it("holds what waited when it was closed", async () => {
    const { history } = open();
    for (let n = 0; n < 3000; n += 1) history.add(event(n));
    await history.close();
    expect(history.status()).toMatchObject({ writes: 3000, writeErrors: 0, pending: 0 });
    const db = await HistoryDb.open(path, { readOnly: true });
    expect(db.facts().samples).toBe(3000);
    db.close();
  });

  it("catches up from the log what a kill kept from it", async () => {
    const first = open();
    first.history.add(event(1));
    await first.history.close();
    const log = openUsageLog({ dir: join(folder.dir, "logs") });
    for (const n of [0, 1, 2]) log.append(event(n));
    log.append(testEvent({ ts: T - 8 * 86_400, rid: "old" }));
    log.close();
    const second = open();
    await expect.poll(() => rids(second.history), { timeout: 10_000 }).toEqual(["r0", "r1", "r2"]);
  });

  it("gives way to memory when it is damaged, with one word about what mends it", async () => {
    writeFileSync(path, "no database ".repeat(500));
    const { history, told } = open();
    history.add(event(1));
    await expect.poll(() => history.status().kind).toBe("memory");
    history.add(event(2));
    expect(await rids(history)).toEqual(["r1", "r2"]);
    expect(told).toEqual([expect.stringMatching(/^corrupt: Stop the gateway, move the file/)]);
    expect(history.status()).toMatchObject({ fault: { kind: "corrupt" }, sizeBytes: 0 });
  });

  it("waits while another program holds it locked, and then goes on", { timeout: 30_000 }, async () => {
    const { history, told } = open();
    history.add(event(1));
    await rids(history);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    history.add(event(2));
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([expect.stringMatching(/^locked: /)]);
    // Reading goes on, without what waits.
    expect(await rids(history)).toEqual(["r1"]);
    other.exec("ROLLBACK");
    other.close();
    await expect.poll(() => told.at(-1), { timeout: 10_000 }).toBe("recovered");
    expect(await rids(history)).toEqual(["r1", "r2"]);
    expect(history.status()).toMatchObject({ fault: null, writes: 2 });
    expect(history.status().writeErrors).toBeGreaterThan(0);
  });
});
