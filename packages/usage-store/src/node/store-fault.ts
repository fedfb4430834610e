import { errorReason } from "./error-reason.ts";
import { NewerSchemaError } from "./history-schema.ts";
import { fileReason } from "./make-folder.ts";

/** Why a history database cannot be used. */
export type StoreFaultKind =
  | "corrupt"
  | "locked"
  | "full"
  | "read_only"
  | "newer"
  | "no_sqlite"
  | "unreadable";

export interface StoreFault {
  readonly kind: StoreFaultKind;
  /** What is wrong, as a clause. */
  readonly what: string;
  /** What to do about it, as a sentence. */
  readonly mend: string;
}

/** SQLite's primary result codes. */
const KINDS: Readonly<Record<number, StoreFaultKind>> = {
  5: "locked",
  6: "locked",
  8: "read_only",
  11: "corrupt",
  13: "full",
  14: "unreadable",
  26: "corrupt",
};

const WORDS: Readonly<Record<StoreFaultKind, readonly [what: string, mend: string]>> = {
  corrupt: [
    "it is damaged or no database",
    "Stop the gateway, move the file and its -wal and -shm away, start again: the last week is rebuilt from the log; ccp db import --jsonl brings in the rest.",
  ],
  locked: [
    "another program holds it locked",
    "Find out which (fuser or lsof names it) and end it; the gateway goes on by itself.",
  ],
  full: ["the disk is full", "Free some space; the gateway goes on by itself."],
  read_only: ["it cannot be written", "Make the file and its folder writable for the gateway's user."],
  newer: ["a newer version wrote it", "Start that version again, or move the file away."],
  no_sqlite: ["this Node has no SQLite", "Use Node 22.19 or newer, or set CCP_PERSIST=0."],
  unreadable: ["it cannot be opened", "Make the file and its folder readable for the gateway's user."],
};

/** What an error of the history database means, and what mends it. */
export function toStoreFault(error: unknown): StoreFault {
  const kind = kindOf(error);
  const [what, mend] = WORDS[kind];
  const detail = kind === "unreadable" || kind === "newer" ? ` (${fileReason(errorReason(error))})` : "";
  return { kind, what: `${what}${detail}`, mend };
}

function kindOf(error: unknown): StoreFaultKind {
  if (error instanceof NewerSchemaError) return "newer";
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  if (code === "ERR_UNKNOWN_BUILTIN_MODULE" || code === "ERR_MODULE_NOT_FOUND") return "no_sqlite";
  // Extended codes keep the primary one in their low byte.
  return (typeof errcode === "number" ? KINDS[errcode & 0xff] : undefined) ?? "unreadable";
}
