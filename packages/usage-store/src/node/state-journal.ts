import { closeSync, constants, openSync, readdirSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readLines } from "./read-lines.ts";

const NAME = "gateway-state.journal";
const CREATE_FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** No change of the state comes near. */
const MAX_OP_BYTES = 1024 * 1024;

/** One change of the state: which part, which of its methods, and the arguments. */
export type StateOp = readonly [part: string, method: string, ...args: unknown[]];

/**
 * What changed since the state was saved last, in one file for each saved state: a restart that begins with that state
 * and plays the changes ends exactly where the process was, whenever it was killed.
 */
export interface StateJournal {
  /** Queues a change. It is with the operating system before the next task of the process runs. */
  write(op: StateOp): void;
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
    if (this.#queue === "") queueMicrotask(() => this.#flush());
    this.#queue += `${JSON.stringify(op)}\n`;
  }

  begin(): number | null {
    this.#flush();
    this.close();
    this.#number += 1;
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
    if (!success) return;
    this.#broken = this.#fd === null;
    for (const number of journalNumbers(this.#dir)) {
      if (number < this.#number) removeQuietly(journalPath(this.#dir, number));
    }
  }

  close(): void {
    this.#flush();
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #flush(): void {
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

/** The changes after a saved state, oldest first. Ends at the first line that is none: what follows it has a gap. */
export function* readStateJournal(stateDir: string, from: number): Generator<StateOp, void, undefined> {
  for (const number of journalNumbers(stateDir).sort((a, b) => a - b)) {
    if (number < from) continue;
    let fd: number;
    try {
      fd = openSync(journalPath(stateDir, number), READ_FLAGS);
    } catch {
      return;
    }
    try {
      for (const line of readLines(fd, MAX_OP_BYTES)) {
        const op = toOp(line);
        if (op === null) return;
        yield op;
      }
    } finally {
      closeSync(fd);
    }
  }
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
