import type { ImportRow } from "@ccp/usage-contract";
import { freshRows, type ImportedRow, type ImportedSums, noteImported } from "@ccp/usage-store";
import { appendImported, makeFolder, readImported } from "@ccp/usage-store/node";

/** Which answers that did not pass the gateway have been imported. */
export interface Imports {
  /** What of the rows is not on record: new answers, and what known ones have grown by. */
  fresh(rows: readonly ImportRow[]): ImportedRow[];
  /** Puts rows on record. @throws {Error} Node's own, when the disk refuses: then none of them is. */
  keep(rows: readonly ImportedRow[], nowMs: number): void;
}

/** @param logsDir Where the record lies; `null` keeps it in memory. It is read with the first import. */
export function createImports(logsDir: string | null): Imports {
  let sums: ImportedSums | null = null;
  const known = (): ImportedSums => {
    if (sums !== null) return sums;
    sums = new Map();
    if (logsDir !== null) for (const row of readImported(logsDir)) noteImported(sums, row);
    return sums;
  };
  return {
    fresh: (rows) => freshRows(rows, known()),
    keep(rows, nowMs) {
      if (rows.length === 0) return;
      if (logsDir !== null) {
        makeFolder(logsDir);
        appendImported(logsDir, rows, nowMs);
      }
      for (const row of rows) noteImported(known(), row);
    },
  };
}
