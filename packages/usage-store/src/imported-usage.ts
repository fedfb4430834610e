import type { ImportRow } from "@ccp/usage-contract";
import { eventKey } from "./fold-events.ts";
import type { LoggedUsage } from "./to-usage-record.ts";

/** No lane was asked for it. */
export const IMPORT_ATTEMPT = 0;
const WEEK_MS = 604_800_000;
/** Clocks of two machines may differ by this much. */
const AHEAD_MS = 3_600_000;
const CLASSES = ["input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens"] as const;

/**
 * An imported answer, or what it had grown by when it was imported again.
 *
 * `part` is 0 for the answer as it was first met, then 1, 2, …; the parts add up to the answer.
 */
export type ImportedRow = ImportRow & { readonly part: number };

type Counts = Readonly<Record<(typeof CLASSES)[number], number>>;

/** What is on record of each answer, by id: how many parts, and their sums. */
export type ImportedSums = Map<string, Counts & { readonly parts: number }>;

/** Adds a row that is on record. */
export function noteImported(sums: ImportedSums, row: ImportedRow): void {
  const before = sums.get(row.id);
  const total = countsBy((name) => row[name] + (before?.[name] ?? 0));
  sums.set(row.id, { ...total, parts: Math.max(before?.parts ?? 0, row.part + 1) });
}

/**
 * What of the rows is not on record yet: answers that are new, and of those that were still being written when they were
 * imported what has come since. The same row again gives nothing.
 */
export function freshRows(rows: readonly ImportRow[], known: ImportedSums): ImportedRow[] {
  const met: ImportedSums = new Map();
  const fresh: ImportedRow[] = [];
  for (const row of rows) {
    const before = met.get(row.id) ?? known.get(row.id);
    const grown = countsBy((name) => Math.max(0, row[name] - (before?.[name] ?? 0)));
    if (before !== undefined && CLASSES.every((name) => grown[name] === 0)) continue;
    const part = { ...row, ...grown, part: before?.parts ?? 0 };
    fresh.push(part);
    if (before !== undefined) met.set(row.id, before);
    noteImported(met, part);
  }
  return fresh;
}

function countsBy(value: (name: keyof Counts) => number): Counts {
  return {
    input_tokens: value("input_tokens"),
    output_tokens: value("output_tokens"),
    cache_creation_tokens: value("cache_creation_tokens"),
    cache_read_tokens: value("cache_read_tokens"),
  };
}

/**
 * Whether any window reaches back to an answer. One from the future is no usage of today.
 *
 * @param windowMs The longest window.
 */
export function isInWindows(
  { ts }: Pick<ImportRow, "ts">,
  nowMs: number,
  windowMs: number = WEEK_MS,
): boolean {
  return ts * 1000 > nowMs - windowMs && !isAhead(ts, nowMs);
}

/** Whether a time lies so far ahead that no clock explains it. */
export function isAhead(ts: number, nowMs: number): boolean {
  return ts * 1000 > nowMs + AHEAD_MS;
}

/** Names an imported part among the events of the log. */
export function importKey({ id, part }: Pick<ImportedRow, "id" | "part">): string {
  return eventKey({ rid: id, attempt: IMPORT_ATTEMPT + part });
}

/**
 * What an imported answer took.
 *
 * It counts in windows like any other; nothing is learned from it, for its size and its time on the way are not known.
 */
export function toImportedUsage(row: ImportRow, localHour: (atMs: number) => number): LoggedUsage {
  const atMs = row.ts * 1000;
  return {
    lane: row.lane,
    model: row.model,
    counts: {
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
      cacheCreationTokens: row.cache_creation_tokens,
      cacheReadTokens: row.cache_read_tokens,
    },
    atMs,
    wallMs: 0,
    streamMs: 0,
    ttftMs: null,
    localHour: localHour(atMs),
    estimated: true,
  };
}
