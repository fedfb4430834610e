import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { readLines } from "./read-lines.ts";

const NAME = "gateway-state.journal";
const CREATE_FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** No change of the state comes near. */
const MAX_OP_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
/** Zero bytes in front belong to a block that a power cut left unwritten. */
const RECORD = /^\0*([0-9a-f]{8}) (([1-9]\d{0,15}) (\[.*\]))$/;

/** One change of the state: which part, which of its methods, and the arguments. */
export type StateOp = readonly [part: string, method: string, ...args: unknown[]];

/**
 * What changed since the state was saved last, in one file for each saved state: a restart that begins with that state
 * and plays the changes ends exactly where the process was, whenever it was killed.
 */
export interface StateJournal {
  /** Queues a change. It is with the operating system before the next task of the process runs. */
  write(op: StateOp): void;
  /** Brings what is queued to the operating system at once: what it stands for is about to be told. */
  flush(): void;
  /** Bytes written since the last {@link begin}. */
  readonly bytes: number;
  /** `false`: the disk refused changes. Nothing is written until a state has been saved whole again. */
  readonly healthy: boolean;
  /** Starts the file that follows a state about to be saved. @returns Its number; `null` when the disk refuses. */
  begin(): number | null;
  /** Tells whether that state was saved: only then are the files before it of no use any more. */
  saved(success: boolean): void;
  close(): void;
}

/** Opens the journal for writing, by the owner of the folder. No file is made before the first `begin`. Never throws. */
export function openStateJournal(stateDir: string): StateJournal {
  return new Journal(stateDir);
}

class Journal implements StateJournal {
  readonly #dir: string;
  #fd: number | null = null;
  #number: number;
  #queue = "";
  #sequence = 0;
  #broken = false;
  bytes = 0;

  constructor(dir: string) {
    this.#dir = dir;
    this.#number = Math.max(0, ...journalNumbers(dir));
  }

  get healthy(): boolean {
    return this.#fd !== null && !this.#broken;
  }

  write(op: StateOp): void {
    if (!this.healthy) return;
    if (this.#queue === "") queueMicrotask(() => this.flush());
    this.#sequence += 1;
    this.#queue += `${toRecord(this.#sequence, op)}\n`;
  }

  begin(): number | null {
    this.flush();
    this.close();
    this.#number += 1;
    this.#sequence = 0;
    this.bytes = 0;
    try {
      this.#fd = openSync(journalPath(this.#dir, this.#number), CREATE_FLAGS, 0o600);
      return this.#number;
    } catch {
      this.#broken = true;
      return null;
    }
  }

  saved(success: boolean): void {
    // With the old state in force a gap between its changes and these would give a state that never was.
    if (!success) {
      this.#dropUnused();
      return;
    }
    this.#broken = this.#fd === null;
    for (const number of journalNumbers(this.#dir)) {
      if (number < this.#number) removeQuietly(journalPath(this.#dir, number));
    }
  }

  /** Nothing will stand in a file that was begun in vain: a disk that stays full would collect them. */
  #dropUnused(): void {
    if (!this.#broken || this.#fd === null) return;
    this.close();
    removeQuietly(journalPath(this.#dir, this.#number));
  }

  close(): void {
    this.flush();
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  flush(): void {
    const text = this.#queue;
    this.#queue = "";
    if (text === "" || this.#fd === null || this.#broken) return;
    const bytes = Buffer.from(text);
    try {
      const taken = writeSync(this.#fd, bytes, 0, bytes.length, null);
      this.bytes += taken;
      this.#broken = taken < bytes.length;
    } catch {
      this.#broken = true;
    }
  }
}

/**
 * The changes after a saved state, oldest first, each once. A record that is not as it was written is passed over: the
 * changes stand for themselves, and what one of them counted is in the log, too.
 *
 * @param onBroken Told of a file with such records, and of how many. The last line of a process that was killed may be
 *   torn; that is none.
 */
export function* readStateJournal(
  stateDir: string,
  from: number,
  onBroken: (path: string, records: number) => void = () => {},
): Generator<StateOp, void, undefined> {
  for (const number of journalNumbers(stateDir).sort((a, b) => a - b)) {
    if (number < from) continue;
    const path = journalPath(stateDir, number);
    let fd: number;
    try {
      fd = openSync(path, READ_FLAGS);
    } catch {
      continue;
    }
    try {
      const broken = yield* readRecords(fd);
      if (broken > 0) onBroken(path, broken);
    } finally {
      closeSync(fd);
    }
  }
}

/** @returns How many records are broken. */
function* readRecords(fd: number): Generator<StateOp, number, undefined> {
  let last = 0;
  let broken = 0;
  let isLastBroken = false;
  for (const line of readLines(fd, MAX_OP_BYTES)) {
    if (line === "") continue;
    const record = fromRecord(line);
    isLastBroken = record === null;
    if (record === null) {
      broken += 1;
      continue;
    }
    // A block that a file system wrote twice.
    if (record.sequence !== null && record.sequence <= last) continue;
    last = record.sequence ?? last;
    yield record.op;
  }
  return isLastBroken && !endsInNewline(fd) ? broken - 1 : broken;
}

function endsInNewline(fd: number): boolean {
  const last = Buffer.alloc(1);
  const { size } = fstatSync(fd);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === NEWLINE;
}

/** Checksum, number within the file, change. */
function toRecord(sequence: number, op: StateOp): string {
  const checked = `${sequence} ${JSON.stringify(op)}`;
  return `${crc32(checked).toString(16).padStart(8, "0")} ${checked}`;
}

/** Earlier versions wrote the change alone. */
function fromRecord(line: string): { readonly sequence: number | null; readonly op: StateOp } | null {
  const [, checksum, checked, sequence, text] = RECORD.exec(line) ?? [];
  if (checksum === undefined || checked === undefined || text === undefined) {
    const op = toOp(line);
    return op === null ? null : { sequence: null, op };
  }
  const op = crc32(checked) === Number.parseInt(checksum, 16) ? toOp(text) : null;
  return op === null ? null : { sequence: Number(sequence), op };
}

function toOp(line: string): StateOp | null {
  try {
    const value: unknown = JSON.parse(line);
    const isOp = Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string";
    return isOp ? (value as unknown as StateOp) : null;
  } catch {
    return null;
  }
}

function journalPath(dir: string, number: number): string {
  return join(dir, `${NAME}.${number}`);
}

function journalNumbers(dir: string): number[] {
  try {
    const found = readdirSync(dir).map((name) => /^gateway-state\.journal\.([1-9]\d{0,9})$/.exec(name));
    return found.flatMap((match) => (match === null ? [] : [Number(match[1])]));
  } catch {
    return [];
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Stays behind; it is older than the saved state and never read.
  }
}
