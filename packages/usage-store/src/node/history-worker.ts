import { setImmediate as nextTask } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { decodeLine } from "../decode-line.ts";
import { type HistorySample, toImportedSample, toSample } from "../roll-up.ts";
import type { WindowSample } from "../window-sample.ts";
import { askHistory } from "./ask-history.ts";
import { HistoryDb, historyBytes } from "./history-db.ts";
import type { FromWriter, ToWriter, WriterData } from "./history-protocol.ts";
import { readImported } from "./imported-usage.ts";
import { readUsageLog } from "./read-usage-log.ts";
import { toStoreFault } from "./store-fault.ts";

const WEEK_SEC = 604_800;
/** Lines that a kill kept from the database are this much older than its newest row at most. */
const OVERLAP_SEC = 3600;
const CATCH_UP_ROWS = 1000;
const PRUNE_EVERY_MS = 3_600_000;

/** The thread that owns the database: neither a write nor a question ever holds up a request. */
async function run({ path, logsDir, nowSec }: WriterData): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("the history's writer runs as a worker thread");
  const tell = (message: FromWriter): void => port.postMessage(message);
  let db: HistoryDb;
  try {
    db = await HistoryDb.open(path, { readOnly: false });
  } catch (error) {
    tell({ kind: "failed", fault: toStoreFault(error) });
    port.close();
    return;
  }
  let latestSec = nowSec;
  port.on("message", (message: ToWriter) => {
    if (message.kind === "close") {
      clearInterval(pruning);
      db.close();
      port.close();
      return;
    }
    latestSec = message.nowSec;
    if (message.kind === "write") tell(write(db, path, message));
    else tell(answer(db, message));
  });
  const pruning = setInterval(() => void prune(db, latestSec), PRUNE_EVERY_MS);
  tell({ kind: "ready", sizeBytes: historyBytes(path) });
  await catchUp(db, logsDir, nowSec);
  await prune(db, nowSec);
}

function write(
  db: HistoryDb,
  path: string,
  { id, samples, windows, nowSec }: ToWriter & { kind: "write" },
): FromWriter {
  try {
    const { added } = db.insert(
      samples.map((text) => JSON.parse(text) as HistorySample),
      nowSec,
    );
    if (windows.length > 0) db.insertWindows(windows.map((text) => JSON.parse(text) as WindowSample));
    return { kind: "written", id, added, sizeBytes: historyBytes(path), fault: null };
  } catch (error) {
    return { kind: "written", id, added: 0, sizeBytes: historyBytes(path), fault: toStoreFault(error) };
  }
}

function answer(db: HistoryDb, { id, question, nowSec }: ToWriter & { kind: "ask" }): FromWriter {
  try {
    return { kind: "answer", id, json: JSON.stringify(askHistory(db, question, nowSec)), fault: null };
  } catch (error) {
    return { kind: "answer", id, json: null, fault: toStoreFault(error) };
  }
}

/** Brings in what stands in the log and not in the database: the last moments before a kill, or a week at first. */
async function catchUp(db: HistoryDb, logsDir: string, nowSec: number): Promise<void> {
  try {
    const newest = db.newestTs();
    const sinceSec = Math.max(nowSec - WEEK_SEC, (newest ?? 0) - OVERLAP_SEC);
    let rows: HistorySample[] = [];
    for (const line of readUsageLog(logsDir, { sinceMs: sinceSec * 1000 })) {
      const decoded = decodeLine(line);
      const sample = decoded.kind === "event" ? toSample(decoded.event) : null;
      if (sample === null || decoded.kind !== "event") continue;
      rows.push({ model: decoded.event.model, attempt: decoded.event.attempt, sample });
      if (rows.length < CATCH_UP_ROWS) continue;
      db.insert(rows, nowSec);
      rows = [];
      await nextTask();
    }
    for (const row of readImported(logsDir, { sinceMs: sinceSec * 1000 })) rows.push(toImportedSample(row));
    db.insert(rows, nowSec);
  } catch {
    // The next start tries again; what comes meanwhile is written as ever.
  }
}

async function prune(db: HistoryDb, nowSec: number): Promise<void> {
  try {
    while (db.prune(nowSec)) await nextTask();
  } catch {
    // Tried again in an hour.
  }
}

await run(workerData as WriterData);
