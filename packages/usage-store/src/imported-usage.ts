import type { ImportRow } from "@ccp/usage-contract";
import { eventKey } from "./fold-events.ts";
import type { LoggedUsage } from "./to-usage-record.ts";

/** No lane was asked for it. */
export const IMPORT_ATTEMPT = 0;

/** Names an imported answer among the events of the log. */
export function importKey({ id }: Pick<ImportRow, "id">): string {
  return eventKey({ rid: id, attempt: IMPORT_ATTEMPT });
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
