import { mkdirSync } from "node:fs";
import type { ImportRow } from "@ccp/usage-contract";
import { appendImported, readImported } from "@ccp/usage-store/node";

/** Which answers that did not pass the gateway have been imported. */
export interface Imports {
  /** Those of the rows that are not on record, each once. */
  fresh(rows: readonly ImportRow[]): ImportRow[];
  /** Puts rows on record. @throws {Error} Node's own, when the disk refuses: then none of them is. */
  keep(rows: readonly ImportRow[], nowMs: number): void;
}

/** @param logsDir Where the record lies; `null` keeps it in memory. It is read with the first import. */
export function createImports(logsDir: string | null): Imports {
  let ids: Set<string> | null = null;
  const known = (): Set<string> => {
    ids ??= new Set(logsDir === null ? [] : [...readImported(logsDir)].map(({ id }) => id));
    return ids;
  };
  return {
    fresh(rows) {
      const seen = new Set<string>();
      return rows.filter(({ id }) => {
        if (known().has(id) || seen.has(id)) return false;
        seen.add(id);
        return true;
      });
    },
    keep(rows, nowMs) {
      if (rows.length === 0) return;
      if (logsDir !== null) {
        mkdirSync(logsDir, { recursive: true, mode: 0o700 });
        appendImported(logsDir, rows, nowMs);
      }
      for (const { id } of rows) known().add(id);
    },
  };
}
