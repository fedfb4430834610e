import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { UsageEvent } from "@ccp/usage-contract";
import type { ImportedRow } from "../imported-usage.ts";
import { createMemoryHistory, type MemoryHistory } from "../memory-history.ts";
import { type HistorySample, toImportedSample, toSample } from "../roll-up.ts";
import type { WindowSample } from "../window-sample.ts";
import { askHistory } from "./ask-history.ts";
import type { FromWriter, HistoryQuestion, ToWriter, WriterData } from "./history-protocol.ts";
import { localStart } from "./local-start.ts";
import type { StoreFault } from "./store-fault.ts";

export interface HistoryStatus {
  /** `sqlite` once the database is open; `memory` without one, or after it failed for good. */
  readonly kind: "sqlite" | "memory";
  /** Rows written, and writes that failed (rows given up included). */
  readonly writes: number;
  readonly writeErrors: number;
  readonly sizeBytes: number;
  /** What keeps rows from the database now; `null` while all is well. */
  readonly fault: StoreFault | null;
  readonly pending: number;
}

/** Finished exchanges and window samples over time. No method throws, and none waits for the disk. */
export interface History {
  add(event: UsageEvent): void;
  addImported(row: ImportedRow): void;
  addWindows(samples: readonly WindowSample[]): void;
  /** The answer as JSON text: samples and rollups by name, windows as `{step_sec, windows}`. All that was added is in it. */
  ask(question: HistoryQuestion): Promise<string>;
  status(): HistoryStatus;
  /** Writes what waits and closes. */
  close(): Promise<void>;
}

export interface HistoryOptions {
  /** The database; `null` keeps everything in memory. */
  readonly path: string | null;
  readonly logsDir: string;
  readonly nowMs: () => number;
  /** Told once for each trouble, and once when it is over. */
  readonly onFault?: (fault: StoreFault) => void;
  readonly onRecovered?: () => void;
}

const FLUSH_EVERY_MS = 200;
/** Rows of one transaction. */
const BATCH_ROWS = 2000;
/** Rows that wait while the database is locked or the disk is full; past it the oldest are given up. */
const MAX_WAITING = 50_000;
const RETRY_MS = 1000;
const CLOSE_WAIT_MS = 5000;
/** Nothing mends these while the process runs. */
const FINAL: ReadonlySet<string> = new Set(["corrupt", "newer", "no_sqlite", "read_only", "unreadable"]);

/** Opens the history. Without a database, or after it failed for good, the newest exchanges are kept in memory. */
export function openHistory(options: HistoryOptions): History {
  return new StoredHistory(options);
}

interface Asked {
  readonly question: HistoryQuestion;
  readonly resolve: (json: string) => void;
}

class StoredHistory implements History {
  readonly #options: HistoryOptions;
  /** Asked, and waiting until what was added before is written. */
  #questions: Asked[] = [];
  /** With the writer. */
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | null = null;
  #memory: MemoryHistory | null = null;
  #samples: string[] = [];
  #windows: string[] = [];
  #sent: { samples: string[]; windows: string[] } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #nextId = 1;
  #writes = 0;
  #writeErrors = 0;
  #sizeBytes = 0;
  #fault: StoreFault | null = null;

  constructor(options: HistoryOptions) {
    this.#options = options;
    if (options.path === null) this.#memory = createMemoryHistory(localStart);
    else this.#start(options.path);
  }

  add(event: UsageEvent): void {
    const sample = toSample(event);
    if (sample !== null) this.#put({ model: event.model, attempt: event.attempt, sample });
  }

  addImported(row: ImportedRow): void {
    this.#put(toImportedSample(row));
  }

  addWindows(samples: readonly WindowSample[]): void {
    if (this.#memory !== null) {
      this.#memory.addWindows(samples);
      return;
    }
    for (const sample of samples) this.#windows.push(JSON.stringify(sample));
    this.#bound(this.#windows);
    this.#schedule(FLUSH_EVERY_MS);
  }

  ask(question: HistoryQuestion): Promise<string> {
    if (this.#worker === null) return Promise.resolve(this.#fromMemory(question));
    return new Promise((resolve) => {
      this.#questions.push({ question, resolve });
      // Whoever asks waits: the thread alone does not keep the process running.
      this.#worker?.ref();
      this.#pump();
    });
  }

  status(): HistoryStatus {
    return {
      kind: this.#worker === null ? "memory" : "sqlite",
      writes: this.#writes,
      writeErrors: this.#writeErrors,
      sizeBytes: this.#sizeBytes,
      fault: this.#fault,
      pending: this.#samples.length + (this.#sent?.samples.length ?? 0),
    };
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    worker.ref();
    const exited = new Promise((resolve) => worker.once("exit", resolve));
    while (this.#worker !== null && this.#fault === null && this.#samples.length + this.#windows.length > 0) {
      this.#flush();
      if (this.#samples.length + this.#windows.length > 0)
        await Promise.race([exited, new Promise((resolve) => worker.once("message", resolve))]);
    }
    this.#stopTimer();
    // Its end is meant from here on.
    this.#worker = null;
    this.#post(worker, { kind: "close" });
    // A database that is locked waits no longer than this: the log has everything.
    const limit = setTimeout(() => void worker.terminate(), CLOSE_WAIT_MS);
    await exited;
    clearTimeout(limit);
  }

  #start(path: string): void {
    const { logsDir } = this.#options;
    const workerData: WriterData = { path, logsDir, nowSec: this.#nowSec() };
    try {
      const url = writerUrl();
      const isSource = url.pathname.endsWith(".ts");
      // Options of the process (a debugger's port, say) are not the thread's; sources need theirs.
      const execArgv = isSource ? ["--conditions=ccp-source"] : [];
      const worker = new Worker(url, { workerData, execArgv, name: "ccp-history" });
      this.#worker = worker;
      worker.on("message", (message: FromWriter) => this.#receive(message));
      worker.on("error", (error) => this.#fail({ kind: "unreadable", what: error.message, mend: RESTART }));
      worker.on("exit", () => {
        if (this.#worker === worker)
          this.#fail({ kind: "unreadable", what: "its thread ended", mend: RESTART });
      });
      worker.unref();
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.#fail({ kind: "unreadable", what, mend: RESTART });
    }
  }

  #put(sample: HistorySample): void {
    if (this.#memory !== null) {
      this.#memory.add(sample);
      return;
    }
    this.#samples.push(JSON.stringify(sample));
    this.#bound(this.#samples);
    this.#schedule(FLUSH_EVERY_MS);
  }

  #bound(rows: string[]): void {
    if (rows.length <= MAX_WAITING) return;
    // In blocks: shifting one by one would copy the list for each exchange.
    this.#writeErrors += rows.splice(0, MAX_WAITING / 10).length;
  }

  #schedule(ms: number): void {
    if (this.#timer !== null || this.#sent !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flush();
    }, ms).unref();
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Hands one batch over, if none is under way. */
  #flush(): void {
    const worker = this.#worker;
    if (worker === null || this.#sent !== null) return;
    this.#stopTimer();
    const samples = this.#samples.splice(0, BATCH_ROWS);
    const windows = this.#windows.splice(0, BATCH_ROWS);
    if (samples.length + windows.length === 0) return;
    this.#sent = { samples, windows };
    this.#post(worker, { kind: "write", id: this.#nextId++, samples, windows, nowSec: this.#nowSec() });
  }

  /** The questions, once nothing waits to be written, or nothing can be. */
  #pump(): void {
    const worker = this.#worker;
    if (worker === null || this.#questions.length === 0) return;
    const waits = this.#samples.length + this.#windows.length > 0;
    if (this.#fault === null && (waits || this.#sent !== null)) {
      this.#flush();
      return;
    }
    for (const asked of this.#questions) {
      const id = this.#nextId++;
      this.#asked.set(id, asked);
      this.#post(worker, { kind: "ask", id, question: asked.question, nowSec: this.#nowSec() });
    }
    this.#questions = [];
  }

  #receive(message: FromWriter): void {
    switch (message.kind) {
      case "ready":
        this.#sizeBytes = message.sizeBytes;
        return;
      case "failed":
        this.#fail(message.fault);
        return;
      case "written":
        this.#onWritten(message);
        this.#pump();
        return;
      case "answer": {
        const asked = this.#asked.get(message.id);
        this.#asked.delete(message.id);
        if (asked !== undefined) asked.resolve(message.json ?? this.#fromMemory(asked.question));
        if (this.#asked.size + this.#questions.length === 0) this.#worker?.unref();
        return;
      }
      default:
        message satisfies never;
    }
  }

  #onWritten({ added, sizeBytes, fault }: FromWriter & { kind: "written" }): void {
    const sent = this.#sent;
    this.#sent = null;
    this.#sizeBytes = sizeBytes;
    if (fault === null) {
      this.#writes += added + (sent?.windows.length ?? 0);
      if (this.#fault !== null) this.#options.onRecovered?.();
      this.#fault = null;
      if (this.#samples.length + this.#windows.length >= BATCH_ROWS) this.#flush();
      else if (this.#samples.length + this.#windows.length > 0) this.#schedule(FLUSH_EVERY_MS);
      return;
    }
    this.#writeErrors += 1;
    this.#samples.unshift(...(sent?.samples ?? []));
    this.#windows.unshift(...(sent?.windows ?? []));
    if (FINAL.has(fault.kind)) {
      this.#fail(fault);
      return;
    }
    if (this.#fault === null) this.#options.onFault?.(fault);
    this.#fault = fault;
    this.#schedule(RETRY_MS);
  }

  /** From here on the history is in memory. */
  #fail(fault: StoreFault): void {
    if (this.#memory !== null) return;
    const memory = createMemoryHistory(localStart);
    this.#memory = memory;
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
    this.#stopTimer();
    this.#fault = fault;
    this.#options.onFault?.(fault);
    for (const text of [...(this.#sent?.samples ?? []), ...this.#samples])
      memory.add(JSON.parse(text) as HistorySample);
    for (const text of [...(this.#sent?.windows ?? []), ...this.#windows])
      memory.addWindows([JSON.parse(text) as WindowSample]);
    [this.#samples, this.#windows, this.#sent] = [[], [], null];
    for (const { question, resolve } of [...this.#asked.values(), ...this.#questions])
      resolve(this.#fromMemory(question));
    this.#asked.clear();
    this.#questions = [];
  }

  #fromMemory(question: HistoryQuestion): string {
    const memory = this.#memory ?? createMemoryHistory(localStart);
    return JSON.stringify(askHistory(memory, question, this.#nowSec()));
  }

  #post(worker: Worker, message: ToWriter): void {
    worker.postMessage(message);
  }

  #nowSec(): number {
    return this.#options.nowMs() / 1000;
  }
}

const RESTART = "Restart the gateway; history is kept in memory until then.";

/** Beside this file in the sources, in the folder `node` of a build, wherever the bundler put this one. */
function writerUrl(): URL {
  const places = ["./history-worker.ts", "./history-worker.js", "./node/history-worker.js"];
  const urls = places.map((place) => new URL(place, import.meta.url));
  const found = urls.find((url) => existsSync(fileURLToPath(url)));
  if (found === undefined) throw new Error("the history's writer is not installed");
  return found;
}
