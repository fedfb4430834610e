import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** Raised whenever an older program could misread a newer database. */
export const SCHEMA_VERSION = 2;

/** A database that a newer version wrote. */
export class NewerSchemaError extends Error {
  constructor(found: number) {
    super(`it was written by a newer version (schema ${found}, this one reads ${SCHEMA_VERSION})`);
    this.name = "NewerSchemaError";
  }
}

const TABLES = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS samples (
  rid TEXT NOT NULL, attempt INTEGER NOT NULL, ts REAL NOT NULL, model TEXT NOT NULL, lane TEXT NOT NULL,
  op TEXT NOT NULL, status INTEGER NOT NULL, decision TEXT NOT NULL, reroute_decision TEXT NOT NULL,
  reason TEXT NOT NULL, input_tokens INTEGER, output_tokens INTEGER, cache_creation_tokens INTEGER,
  cache_read_tokens INTEGER, latency_ms REAL, stream_ms REAL, ttft_ms REAL, traffic_class TEXT, origin TEXT,
  PRIMARY KEY (rid, attempt)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS samples_ts ON samples (ts);
CREATE TABLE IF NOT EXISTS rollups (
  granularity TEXT NOT NULL, start INTEGER NOT NULL, lane TEXT NOT NULL, model TEXT NOT NULL, class TEXT NOT NULL,
  count INTEGER NOT NULL, errors INTEGER NOT NULL, limits INTEGER NOT NULL, rerouted INTEGER NOT NULL,
  in_tokens INTEGER NOT NULL, out_tokens INTEGER NOT NULL, creation_tokens INTEGER NOT NULL,
  read_tokens INTEGER NOT NULL, stream_ms REAL NOT NULL, wall_ms REAL NOT NULL,
  ttft TEXT NOT NULL, latency TEXT NOT NULL, stream_out_tokens INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (granularity, start, lane, model, class)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS windows (
  ts INTEGER NOT NULL, lane TEXT NOT NULL, model TEXT NOT NULL, window TEXT NOT NULL, source TEXT NOT NULL,
  used REAL, reset REAL, PRIMARY KEY (ts, lane, model, window)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pruned (id INTEGER PRIMARY KEY, ts INTEGER NOT NULL);
`;

/**
 * Makes a database ready for writing. WAL: readers never wait for the writer, and a killed process leaves every
 * finished transaction whole.
 *
 * @throws {NewerSchemaError} And Node's own where the file is no database, is damaged, or is locked.
 */
export function prepareForWriting(db: DatabaseSync): void {
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  checkVersion(db);
  db.exec(
    `BEGIN IMMEDIATE; ${TABLES} ${isFirstSchema(db) ? FROM_FIRST : ""} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`,
  );
  db.prepare("INSERT OR IGNORE INTO meta VALUES ('store_id', ?)").run(randomUUID());
}

/** Sums of the first schema do not tell streamed tokens from others; their speeds stay as they were. */
const FROM_FIRST = `
ALTER TABLE rollups ADD COLUMN stream_out_tokens INTEGER NOT NULL DEFAULT 0;
UPDATE rollups SET stream_out_tokens = out_tokens;
`;

function isFirstSchema(db: DatabaseSync): boolean {
  return db.prepare("PRAGMA user_version").get()?.user_version === 1;
}

/** @throws {NewerSchemaError} */
export function checkVersion(db: DatabaseSync): void {
  const found = Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
  if (found > SCHEMA_VERSION) throw new NewerSchemaError(found);
}
