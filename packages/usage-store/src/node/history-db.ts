import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type {
  Granularity,
  RollupsQuery,
  SamplesQuery,
  UsageSample,
  WindowSeries,
  WindowsQuery,
} from "@ccp/usage-contract";
import { byModel, MAX_SAMPLES } from "../memory-history.ts";
import { type HistorySample, rollUp } from "../roll-up.ts";
import { mergeRow, type RollupRow, toRollups } from "../rollup-row.ts";
import { stepOf, toSeries, type WindowSample } from "../window-sample.ts";
import type { PageStart } from "./history-protocol.ts";
import { shortId, toHistorySample, toNumber, toRollupRow, toValues, toWindowSample } from "./history-rows.ts";
import { checkVersion, prepareForWriting } from "./history-schema.ts";
import { loadSqlite } from "./load-sqlite.ts";
import { localStart } from "./local-start.ts";

export const HISTORY_NAME = "history.db";
const ALL: readonly Granularity[] = ["5min", "hour", "day"];
const DAY_SEC = 86_400;

/** How long each part of the history is kept. */
export const KEPT_DAYS = { samples: 30, windows: 30, "5min": 14, hour: 400, day: 1830 } as const;
/** Samples past this many go before their time: about 300 MB. */
const MAX_KEPT_SAMPLES = 1_000_000;
/** Rows of one transaction of a long piece of work. */
const PRUNE_ROWS = 5000;

export interface HistoryFacts {
  readonly storeId: string;
  readonly samples: number;
  readonly rollups: number;
  readonly windows: number;
  /** Epoch seconds; `null` while there is no sample. */
  readonly oldestTs: number | null;
  readonly newestTs: number | null;
}

/** What became of rows that were handed in. */
export interface Inserted {
  readonly added: number;
  readonly known: number;
  /** Older than anything that is kept. */
  readonly past: number;
}

/** What SQLite would open is looked at first: it waits for a pipe for ever, and makes a file where a link leads. */
function refuseOddFile(path: string, readOnly: boolean): void {
  const access = readOnly ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT;
  const fd = openSync(path, access | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  try {
    if (!fstatSync(fd).isFile()) throw new Error("it is no regular file");
  } finally {
    closeSync(fd);
  }
}

/** The history as a database. Every method throws Node's own error when the file refuses. */
export class HistoryDb {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * Opens the database; for writing it is made where there is none.
   *
   * @param waitMs How long a locked database is waited for, this thread standing still.
   */
  static async open(path: string, options: { readOnly: boolean; waitMs?: number }): Promise<HistoryDb> {
    const { DatabaseSync: Database } = await loadSqlite();
    const { readOnly, waitMs = 2000 } = options;
    // SQLite would make it readable to all; the files beside it take its mode.
    refuseOddFile(path, readOnly);
    const db = new Database(path, { readOnly, timeout: waitMs });
    try {
      if (readOnly) checkVersion(db);
      else prepareForWriting(db);
      return new HistoryDb(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Adds what is not there yet, and sums it up, in one transaction. */
  insert(samples: readonly HistorySample[], nowSec: number): Inserted {
    const limit = nowSec - KEPT_DAYS.hour * DAY_SEC;
    const fresh: HistorySample[] = [];
    let past = 0;
    this.#transaction(() => {
      for (const each of samples) {
        if (each.sample.ts < limit) past += 1;
        else if (this.#insertSample(each)) fresh.push(each);
      }
      for (const row of rollUp(fresh, ALL, localStart)) this.#addRollup(row);
    });
    return { added: fresh.length, known: samples.length - fresh.length - past, past };
  }

  insertWindows(samples: readonly WindowSample[]): void {
    this.#transaction(() => {
      const insert = this.#prepare("INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?, ?)");
      for (const { ts, lane, model, window, source, used, reset } of samples)
        insert.run(Math.floor(ts), lane, model ?? "", window, source, used, reset);
    });
  }

  /** By model, oldest first; of more than 20,000 the newest. `since` is exclusive. */
  samples({ since, model }: SamplesQuery): Record<string, UsageSample[]> {
    const newest = this.#prepare(
      `SELECT * FROM samples WHERE ts > ? AND (? IS NULL OR model = ?) ORDER BY ts DESC LIMIT ${MAX_SAMPLES}`,
    );
    const name = model ?? null;
    return byModel(
      newest
        .all(since ?? 0, name, name)
        .reverse()
        .map(toHistorySample),
    );
  }

  /** Samples behind one, oldest first. */
  page({ ts, rid }: PageStart, limit: number): HistorySample[] {
    const next = this.#prepare(
      "SELECT * FROM samples WHERE ts >= ? AND (ts, rid) > (?, ?) ORDER BY ts, rid LIMIT ?",
    );
    return next.all(ts, ts, rid, limit).map(toHistorySample);
  }

  /** Every sample, oldest first. */
  *allSamples(since = 0): Generator<HistorySample, void, undefined> {
    const all = this.#db.prepare("SELECT * FROM samples WHERE ts > ? ORDER BY ts, rid, attempt");
    for (const row of all.iterate(since)) yield toHistorySample(row);
  }

  rollups({ granularity, since, model, by }: RollupsQuery): ReturnType<typeof toRollups> {
    return toRollups(this.rollupRows(granularity, since ?? 0, model ?? null), by ?? "model");
  }

  /** @param since Spans that begin later than this, as samples of it are chosen. */
  *rollupRows(granularity: Granularity, since = 0, model: string | null = null): Generator<RollupRow> {
    const rows = this.#db.prepare(
      "SELECT * FROM rollups WHERE granularity = ? AND start >= ? AND (? IS NULL OR model = ?) ORDER BY start, lane, model, class",
    );
    const from = since === 0 ? 0 : localStart(since, granularity);
    for (const row of rows.iterate(granularity, from, model, model)) yield toRollupRow(row);
  }

  windows(
    { since, step, lane }: WindowsQuery,
    nowSec: number,
  ): { step_sec: number; windows: WindowSeries[] } {
    const from = since ?? nowSec - 7 * DAY_SEC;
    const rows = this.#prepare("SELECT * FROM windows WHERE ts > ? AND (? IS NULL OR lane = ?) ORDER BY ts");
    const stepSec = stepOf(step, from, nowSec);
    const found = rows.all(from, lane ?? null, lane ?? null).map(toWindowSample);
    return { step_sec: stepSec, windows: toSeries(found, stepSec, nowSec) };
  }

  facts(): HistoryFacts {
    const one = (sql: string) => this.#prepare(sql).get() ?? {};
    const { samples, oldest, newest } = one(
      "SELECT count(*) AS samples, min(ts) AS oldest, max(ts) AS newest FROM samples",
    );
    return {
      storeId: String(one("SELECT value FROM meta WHERE key = 'store_id'").value ?? ""),
      samples: Number(samples),
      rollups: Number(one("SELECT count(*) AS n FROM rollups").n),
      windows: Number(one("SELECT count(*) AS n FROM windows").n),
      oldestTs: toNumber(oldest),
      newestTs: toNumber(newest),
    };
  }

  /** Epoch seconds of the newest sample that passed the gateway. */
  newestTs(): number | null {
    const newest = this.#prepare("SELECT max(ts) AS ts FROM samples WHERE origin IS NULL");
    return toNumber(newest.get()?.ts);
  }

  /** Takes away what has been kept long enough. @returns Whether there may be more of it. */
  prune(nowSec: number): boolean {
    const before = (days: number): number => nowSec - days * DAY_SEC;
    let isMore = false;
    this.#transaction(() => {
      isMore = this.#pruneSamples(before(KEPT_DAYS.samples));
      this.#prepare("DELETE FROM windows WHERE ts < ?").run(before(KEPT_DAYS.windows));
      this.#prepare("DELETE FROM pruned WHERE ts < ?").run(before(KEPT_DAYS.hour));
      const rollups = this.#prepare("DELETE FROM rollups WHERE granularity = ? AND start < ?");
      for (const each of ALL) rollups.run(each, before(KEPT_DAYS[each]));
    });
    return isMore;
  }

  /** Every fault that SQLite itself finds; empty when all is well. Reads the whole file. */
  check(): string[] {
    const found = this.#db
      .prepare("PRAGMA quick_check(10)")
      .all()
      .map((row) => String(row.quick_check));
    return found.length === 1 && found[0] === "ok" ? [] : found;
  }

  /** Brings the log of writes into the file, as far as no reader stands in the way, and closes. */
  close(): void {
    this.#db.close();
  }

  #pruneSamples(beforeSec: number): boolean {
    const { n } = this.#prepare("SELECT count(*) AS n FROM samples").get() ?? {};
    const over = Math.max(0, Number(n) - MAX_KEPT_SAMPLES);
    const oldest = this.#prepare("SELECT rid, attempt, ts FROM samples ORDER BY ts LIMIT ?").all(PRUNE_ROWS);
    const gone = oldest.filter(({ ts }, index) => Number(ts) < beforeSec || index < over);
    const note = this.#prepare("INSERT OR IGNORE INTO pruned VALUES (?, ?)");
    const remove = this.#prepare("DELETE FROM samples WHERE rid = ? AND attempt = ?");
    for (const { rid, attempt, ts } of gone) {
      note.run(shortId(String(rid), Number(attempt)), Math.floor(Number(ts)));
      remove.run(String(rid), Number(attempt));
    }
    return gone.length === PRUNE_ROWS;
  }

  #insertSample({ model, attempt, sample }: HistorySample): boolean {
    const insert = this.#prepare(
      `INSERT OR IGNORE INTO samples VALUES (${Array.from({ length: 19 }, () => "?").join(", ")})`,
    );
    // What was taken away is in the sums: brought in again it must not be summed up twice.
    const gone = this.#prepare("SELECT 1 FROM pruned WHERE id = ?").get(shortId(sample.rid, attempt));
    if (gone !== undefined) return false;
    return insert.run(...toValues(model, attempt, sample)).changes === 1;
  }

  #addRollup(row: RollupRow): void {
    const { granularity, start, lane, model, trafficClass } = row;
    const key = [granularity, start, lane, model, trafficClass];
    const before = this.#prepare(
      "SELECT * FROM rollups WHERE granularity = ? AND start = ? AND lane = ? AND model = ? AND class = ?",
    ).get(...key);
    if (before !== undefined) mergeRow(row, toRollupRow(before));
    this.#prepare(
      `INSERT OR REPLACE INTO rollups VALUES (${Array.from({ length: 18 }, () => "?").join(", ")})`,
    ).run(
      ...key,
      row.count,
      row.errors,
      row.limits,
      row.rerouted,
      row.inTokens,
      row.outTokens,
      row.creationTokens,
      row.readTokens,
      row.streamMs,
      row.wallMs,
      row.ttft.toText(),
      row.latency.toText(),
      row.streamOutTokens,
    );
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #transaction(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      // A full disk may have ended it already.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

/** Size of the database with its log of writes, bytes; 0 without one. */
export function historyBytes(path: string): number {
  return [path, `${path}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
