import { existsSync } from "node:fs";
import { HistoryDb } from "./history-db.ts";
import { type StoreFault, toStoreFault } from "./store-fault.ts";

/**
 * Looks whether a history database can be used, without changing it: for whoever asks what is wrong.
 *
 * @param thorough Has every page of it checked, which reads the whole file.
 * @returns What is wrong and what mends it; `null` when it is well, or when there is none yet.
 */
export async function checkHistory(path: string, thorough = false): Promise<StoreFault | null> {
  if (!existsSync(path)) return null;
  let db: HistoryDb | null = null;
  try {
    db = await HistoryDb.open(path, { readOnly: true, waitMs: 0 });
    db.facts();
    return thorough && db.check().length > 0 ? toStoreFault({ errcode: CORRUPT }) : null;
  } catch (error) {
    return toStoreFault(error);
  } finally {
    db?.close();
  }
}

/** SQLite's own number for a damaged file. */
const CORRUPT = 11;
