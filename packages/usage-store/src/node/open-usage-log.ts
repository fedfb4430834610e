import type { UsageEvent } from "@ccp/usage-contract";
import { encodeEvent, MAX_LINE_BYTES } from "../encode-event.ts";
import { errorReason } from "./error-reason.ts";
import { type FileOps, realFileOps } from "./file-ops.ts";
import { LogFile } from "./log-file.ts";
import { generationPath, shiftGenerations } from "./log-generations.ts";
import type { LogPosition } from "./log-position.ts";
import { PendingLines } from "./pending-lines.ts";

export interface UsageLogOptions {
  /** Folder of `usage.jsonl`; created (0700) if missing. */
  readonly dir: string;
  /** The file is set aside before a line would push it past this. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Finished files kept as `usage.jsonl.1` (newest) and up. Default 8. */
  readonly generations?: number;
  /** Lines held in memory while the disk refuses them. Default 10,000. */
  readonly pendingLines?: number;
  /** Told once when the disk starts to refuse, with the error code (`ENOSPC`, `EROFS`, …) or a short text. */
  readonly onDegraded?: (reason: string) => void;
  /** Told once when every waiting line has been written. */
  readonly onRecovered?: (lines: number) => void;
  /** Told when a torn last line was cut off at opening. */
  readonly onRepaired?: (bytes: number) => void;
  /** Epoch ms, for `degradedSinceMs`. Default: the machine's clock. */
  readonly now?: () => number;
  /** Default: the real file system. */
  readonly ops?: FileOps;
}

export interface UsageLogStatus {
  readonly path: string;
  /** Why lines wait in memory; `null` while they reach the file. */
  readonly degraded: string | null;
  readonly degradedSinceMs: number | null;
  /** Lines waiting in memory. */
  readonly pending: number;
  /** Lines given up: the memory bound was reached, or the log was closed with lines waiting. */
  readonly dropped: number;
  /** Writes of which the device took only a part. */
  readonly partialWrites: number;
  /** Lines written, and attempts that failed. */
  readonly written: number;
  readonly writeErrors: number;
  readonly sizeBytes: number;
}

/** The one writer of a `usage.jsonl`. No method throws: a full disk must not stop the serving of requests. */
export interface UsageLog {
  /**
   * On return the line is with the operating system (it survives a kill), or it waits in memory.
   *
   * @param onKept Told once the line is with the operating system: at once, later, or never when it is given up.
   */
  append(event: UsageEvent, onKept?: () => void): void;
  /** Tries waiting lines now and brings everything written onto the device. */
  flush(): void;
  /** Flushes and closes. Lines that still cannot be written count as dropped. Safe to call twice. */
  close(): void;
  status(): UsageLogStatus;
  mark(): LogMark;
}

/** How far a log has come: what to replay after a state that was saved at the same moment. */
export interface LogMark {
  /** `null` while no file is open. */
  readonly position: LogPosition | null;
  /** Events (`eventKey`) that still wait in memory: they will stand behind the position. */
  readonly waiting: readonly string[];
}

const SYNC_EVERY_MS = 1_000;
/** Space that comes back is used within 5 s, a try that is under way at that moment included. */
const RETRY_EVERY_MS = 2_000;

class Writer implements UsageLog {
  readonly #options: UsageLogOptions;
  readonly #ops: FileOps;
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #pending: PendingLines;
  readonly #syncTimer: NodeJS.Timeout;
  #retryTimer: NodeJS.Timeout | null = null;
  #file: LogFile | null = null;
  #rotateAtBytes: number;
  #unsynced = false;
  #degraded: { reason: string; sinceMs: number } | null = null;
  #partialWrites = 0;
  #written = 0;
  #writeErrors = 0;
  #closed = false;

  constructor(options: UsageLogOptions) {
    this.#options = options;
    this.#ops = options.ops ?? realFileOps;
    this.#path = generationPath(options.dir, 0);
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#rotateAtBytes = this.#maxBytes;
    this.#pending = new PendingLines(options.pendingLines ?? 10_000);
    this.#syncTimer = setInterval(() => this.#tick(), SYNC_EVERY_MS).unref();
    try {
      this.#open();
    } catch (error) {
      this.#degrade(errorReason(error));
    }
  }

  append(event: UsageEvent, onKept: () => void = () => {}): void {
    const line = Buffer.from(encodeEvent(event));
    if (this.#closed || line.length > MAX_LINE_BYTES) {
      this.#pending.drop(1);
      return;
    }
    // Waiting lines go first: the log keeps the order of events.
    if (this.#degraded !== null || !this.#write(line)) this.#pending.push({ line, onKept });
    else onKept();
  }

  flush(): void {
    if (this.#closed) return;
    if (this.#degraded !== null) this.#retry();
    this.#syncNow();
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    clearInterval(this.#syncTimer);
    this.#stopRetrying();
    this.#pending.clear();
    if (this.#file !== null) this.#closeQuietly(this.#file);
    this.#file = null;
  }

  status(): UsageLogStatus {
    return {
      path: this.#path,
      degraded: this.#degraded?.reason ?? null,
      degradedSinceMs: this.#degraded?.sinceMs ?? null,
      pending: this.#pending.count,
      dropped: this.#pending.dropped,
      partialWrites: this.#partialWrites,
      written: this.#written,
      writeErrors: this.#writeErrors,
      sizeBytes: this.#file?.size ?? 0,
    };
  }

  mark(): LogMark {
    let position: LogPosition | null = null;
    try {
      position = this.#file?.position() ?? null;
    } catch {
      // A file that cannot be read: a replay then goes by the time.
    }
    return { position, waiting: this.#pending.keys() };
  }

  #open(): LogFile {
    this.#ops.mkdir(this.#options.dir);
    const file = LogFile.open(this.#ops, this.#path);
    this.#file = file;
    this.#rotateAtBytes = this.#maxBytes;
    if (file.repairedBytes > 0) this.#options.onRepaired?.(file.repairedBytes);
    return file;
  }

  /** One line onto the file; `false` (and degraded) when the disk did not take all of it. */
  #write(line: Uint8Array): boolean {
    try {
      const current = this.#file ?? this.#open();
      const file =
        current.size > 0 && current.size + line.length > this.#rotateAtBytes
          ? this.#rotate(current)
          : current;
      if (file.append(line)) {
        this.#written += 1;
        this.#unsynced = true;
        return true;
      }
      this.#partialWrites += 1;
      this.#degrade("short write");
    } catch (error) {
      this.#degrade(errorReason(error));
    }
    return false;
  }

  #rotate(file: LogFile): LogFile {
    try {
      shiftGenerations(this.#ops, this.#options.dir, Math.max(1, this.#options.generations ?? 8));
    } catch {
      // A folder that allows no renames: go on in the same file, and ask again after as much once more.
      this.#rotateAtBytes = file.size + this.#maxBytes;
      return file;
    }
    this.#retire(file);
    return this.#open();
  }

  /** Brings a file that is no longer written onto the device, then closes it, off the main thread. */
  #retire(file: LogFile): void {
    this.#file = null;
    this.#unsynced = false;
    this.#ops.sync(file.fd, () => this.#closeQuietly(file));
  }

  #closeQuietly(file: LogFile): void {
    try {
      this.#ops.close(file.fd);
    } catch {
      // Everything was written before; nothing is left to be done about it.
    }
  }

  #degrade(reason: string): void {
    this.#writeErrors += 1;
    if (this.#degraded !== null) return;
    this.#degraded = { reason, sinceMs: (this.#options.now ?? Date.now)() };
    this.#retryTimer = setInterval(() => this.#retry(), RETRY_EVERY_MS).unref();
    this.#options.onDegraded?.(reason);
  }

  #stopRetrying(): void {
    if (this.#retryTimer !== null) clearInterval(this.#retryTimer);
    this.#retryTimer = null;
  }

  /** Opens the file afresh (which repairs its end) and writes what waits, in order. */
  #retry(): void {
    if (this.#file !== null) this.#retire(this.#file);
    try {
      this.#open();
    } catch {
      this.#writeErrors += 1;
      return;
    }
    let lines = 0;
    for (let next = this.#pending.peek(); next !== undefined; next = this.#pending.peek()) {
      if (!this.#write(next.line)) return;
      this.#pending.shift();
      next.onKept();
      lines += 1;
    }
    this.#degraded = null;
    this.#stopRetrying();
    this.#options.onRecovered?.(lines);
  }

  #tick(): void {
    const file = this.#file;
    if (file === null) return;
    // Somebody removed or replaced the file: what is written to the old one would never be read. Or cut it, having
    // copied it away: then its end is elsewhere now.
    if (!this.#stillThere(file)) {
      this.#retire(file);
      return;
    }
    if (!this.#unsynced) return;
    this.#unsynced = false;
    this.#ops.sync(file.fd, (error) => {
      if (error !== null && this.#file === file) this.#degrade(errorReason(error));
    });
  }

  #stillThere(file: LogFile): boolean {
    try {
      return file.isAt(this.#path) && this.#ops.stat(file.fd).size >= file.size;
    } catch {
      return false;
    }
  }

  #syncNow(): void {
    if (this.#file === null || !this.#unsynced) return;
    try {
      this.#ops.syncNow(this.#file.fd);
      this.#unsynced = false;
    } catch (error) {
      this.#degrade(errorReason(error));
    }
  }
}

/**
 * Opens the log for writing, by its only writer. Never throws on a file system fault: the log then starts degraded,
 * keeps the newest lines in memory and tries again every 2 s.
 *
 * @example
 * const log = openUsageLog({ dir: "logs", onDegraded: (reason) => warn(`log: ${reason}`) });
 * log.append(event);
 * log.close();
 */
export function openUsageLog(options: UsageLogOptions): UsageLog {
  return new Writer(options);
}
