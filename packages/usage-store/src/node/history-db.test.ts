import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  RollupsViewSchema,
  SamplesViewSchema,
  type UsageEvent,
  WindowsViewSchema,
} from "@ccp/usage-contract";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryHistory } from "../memory-history.ts";
import { type HistorySample, toImportedSample, toSample } from "../roll-up.ts";
import { testEvent } from "../test-event.ts";
import { HISTORY_NAME, HistoryDb, historyBytes, KEPT_DAYS } from "./history-db.ts";
import { localStart } from "./local-start.ts";
import { temporaryFolder } from "./log-test-kit.ts";
import { toStoreFault } from "./store-fault.ts";

const T = 1_800_000_000;
const DAY = 86_400;

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.dir, HISTORY_NAME);
});
afterEach(() => folder.remove());

function exchange(ts: number, changes: Partial<UsageEvent> = {}): HistorySample {
  const event = testEvent({ ts, rid: `r${ts}`, model: "glm-5", ...changes });
  const sample = toSample(event);
  if (sample === null) throw new Error("a decision is no sample");
  return { model: event.model, attempt: event.attempt, sample };
}

async function withDb<T>(use: (db: HistoryDb) => T, readOnly = false): Promise<T> {
  const db = await HistoryDb.open(path, { readOnly, waitMs: 0 });
  try {
    return use(db);
  } finally {
    db.close();
  }
}

it("takes over a database of the first schema, whose sums keep their speeds", async () => {
  await withDb((db) => db.insert([exchange(T, { output_tokens: 100, stream_ms: 1000 })], T));
  const old = new DatabaseSync(path);
  old.exec("ALTER TABLE rollups DROP COLUMN stream_out_tokens; PRAGMA user_version = 1;");
  old.close();
  const speeds = (db: HistoryDb) =>
    db.rollups({ granularity: "day" })["glm-5"]?.map((row) => row.out_elr_tps);
  expect(await withDb(speeds, true)).toEqual([100]);
  await withDb((db) => db.insert([exchange(T + 1, { output_tokens: 300, stream_ms: 1000 })], T));
  expect(await withDb(speeds)).toEqual([200]);
  await withDb((db) =>
    db.insert([exchange(T + 2, { op: "nonstream", output_tokens: 900, stream_ms: 1 })], T),
  );
  expect(await withDb(speeds)).toEqual([200]);
});

describe("the database", () => {
  it("gives back what was put in, as the memory does, also after it was closed", async () => {
    const rows = [
      exchange(T, { traffic_class: "main" }),
      exchange(T + 40, { model: "opus", lane: "anthropic", traffic_class: "background" }),
      exchange(T + 7200, { status: 429, input_tokens: null, output_tokens: null, traffic_class: "main" }),
      exchange(T + 2 * DAY, { ttft_ms: null, latency_ms: null, traffic_class: "subagent" }),
    ];
    const memory = createMemoryHistory(localStart);
    for (const row of rows) memory.add(row);
    await withDb((db) => db.insert(rows, T));
    await withDb((db) => {
      expect(db.samples({})).toEqual(memory.samples({}));
      expect(db.samples({ model: "opus", since: T + 1 })).toEqual(memory.samples({ model: "opus" }));
      expect(db.samples({ since: T + 2 * DAY })).toEqual({});
      for (const granularity of ["5min", "hour", "day"] as const) {
        expect(db.rollups({ granularity })).toEqual(memory.rollups({ granularity }));
        expect(db.rollups({ granularity, by: "lane" })).toEqual(memory.rollups({ granularity, by: "lane" }));
      }
      const samples = v.safeParse(SamplesViewSchema, { ts: T, models: db.samples({}) });
      const models = db.rollups({ granularity: "day", model: "glm-5" });
      expect(samples.issues).toBeUndefined();
      expect(v.safeParse(RollupsViewSchema, { ts: T, granularity: "day", models }).issues).toBeUndefined();
      expect(Object.keys(models)).toEqual(["glm-5"]);
      expect([...db.allSamples(T + 50)].map(({ sample }) => sample.ts)).toEqual([T + 7200, T + 2 * DAY]);
    }, true);
  });

  it("takes each exchange once, in whatever parts it comes", async () => {
    const rows = [exchange(T), exchange(T + 1), exchange(T + 2)];
    await withDb((db) => {
      expect(db.insert(rows.slice(0, 2), T)).toEqual({ added: 2, known: 0, past: 0 });
      expect(db.insert([...rows, exchange(T + 2)], T)).toEqual({ added: 1, known: 3, past: 0 });
      expect(db.rollups({ granularity: "day" })["glm-5"]).toMatchObject([{ count: 3, out_tokens: 60 }]);
      expect(db.insert([exchange(T - 401 * DAY)], T)).toEqual({ added: 0, known: 0, past: 1 });
    });
  });

  it("keeps an attempt apart from another, and imports from what was served", async () => {
    const row = { id: "claude:1", ts: T, lane: "anthropic", model: "opus", part: 0 };
    const tokens = { input_tokens: 5, output_tokens: 6, cache_creation_tokens: 7, cache_read_tokens: 8 };
    await withDb((db) => {
      db.insert([exchange(T, { rid: "a" }), exchange(T, { rid: "a", attempt: 2 })], T);
      db.insert([toImportedSample({ ...row, ...tokens })], T);
      expect(db.facts()).toMatchObject({ samples: 3, oldestTs: T, newestTs: T });
      expect(db.samples({ model: "opus" }).opus).toMatchObject([{ origin: "import", latency_ms: null }]);
      expect(db.rollups({ granularity: "day", by: "lane" }).anthropic?.[0]?.classes).toEqual({
        imported: { in_tokens: 20, out_tokens: 6, count: 1 },
      });
    });
  });

  it("forgets what is old, keeps its sums, and does not sum it up again when it comes back", async () => {
    const old = exchange(T - (KEPT_DAYS.samples + 1) * DAY);
    await withDb((db) => {
      db.insert([old, exchange(T)], T);
      db.insertWindows([windowAt(T - 31 * DAY, 0.5), windowAt(T, 0.6)]);
      expect(db.prune(T)).toBe(false);
      expect(db.facts()).toMatchObject({ samples: 1, windows: 1, oldestTs: T });
      expect(db.insert([old], T)).toEqual({ added: 0, known: 1, past: 0 });
      const days = db.rollups({ granularity: "day" })["glm-5"];
      expect(days?.map(({ count }) => count)).toEqual([1, 1]);
      expect(db.rollups({ granularity: "5min" })["glm-5"]).toHaveLength(1);
    });
  });

  it("reads on from page to page", async () => {
    const rows = [exchange(T, { rid: "a" }), exchange(T, { rid: "b" }), exchange(T + 1, { rid: "0" })];
    await withDb((db) => {
      db.insert(rows, T);
      const rids = (page: readonly HistorySample[]) => page.map(({ sample }) => sample.rid);
      expect(rids(db.page({ ts: 0, rid: "" }, 2))).toEqual(["a", "b"]);
      expect(rids(db.page({ ts: T, rid: "b" }, 2))).toEqual(["0"]);
    });
  });

  it("gives windows in steps", async () => {
    await withDb((db) => {
      db.insertWindows([windowAt(T, 0.2), windowAt(T + 60, 0.4), { ...windowAt(T, 0.9), lane: "anthropic" }]);
      const view = db.windows({ lane: "zai", step: 3600, since: T - 10 }, T + 100);
      expect(v.safeParse(WindowsViewSchema, { ts: T, ...view }).issues).toBeUndefined();
      expect(view.windows).toMatchObject([{ lane: "zai", used_pct: [0.4], model: null }]);
    });
  });

  it("has a name of its own that a copy shares", async () => {
    const first = await withDb((db) => db.facts().storeId);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(await withDb((db) => db.facts().storeId)).toBe(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(historyBytes(path)).toBeGreaterThan(0);
    expect(historyBytes(`${path}.none`)).toBe(0);
  });
});

describe("a database that cannot be used", () => {
  it.each([
    ["garbage", "not a database at all, and long enough to look like one ".repeat(40), "corrupt"],
    ["a folder", null, "unreadable"],
  ])("is told: %s", async (_name, text, kind) => {
    if (text === null) mkdirSync(path);
    else writeFileSync(path, text);
    const error = await HistoryDb.open(path, { readOnly: false, waitMs: 0 }).catch((reason) => reason);
    expect(toStoreFault(error)).toMatchObject({ kind });
  });

  it("is told when a newer version wrote it", async () => {
    await withDb(() => {});
    const db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 99");
    db.close();
    for (const readOnly of [true, false]) {
      const error = await HistoryDb.open(path, { readOnly, waitMs: 0 }).catch((reason) => reason);
      const fault = toStoreFault(error);
      expect(fault.kind).toBe("newer");
      expect(fault.what).toContain("schema 99");
    }
  });

  it("is told when it is locked, and what was half done is undone", async () => {
    await withDb((db) => {
      db.insert([exchange(T)], T);
      const other = new DatabaseSync(path);
      other.exec("BEGIN IMMEDIATE");
      const tryIt = (): unknown => {
        try {
          return db.insert([exchange(T + 1)], T);
        } catch (error) {
          return toStoreFault(error).kind;
        }
      };
      expect(tryIt()).toBe("locked");
      other.exec("ROLLBACK");
      other.close();
      expect(tryIt()).toEqual({ added: 1, known: 0, past: 0 });
    });
  });

  it("has its damage found by a check", async () => {
    await withDb((db) => {
      db.insert(
        Array.from({ length: 2000 }, (_, n) => exchange(T + n)),
        T,
      );
      expect(db.check()).toEqual([]);
    });
    const { openSync, writeSync, closeSync } = await import("node:fs");
    const fd = openSync(path, "r+");
    writeSync(fd, Buffer.alloc(4096, 0xff), 0, 4096, 4096 * 12);
    closeSync(fd);
    expect(await withDb((db) => db.check(), true)).not.toEqual([]);
  });
});

function windowAt(ts: number, used: number) {
  return { ts, lane: "zai", model: null, window: "5h", source: "header", used, reset: null };
}
