import type { StateJournal } from "@ccp/usage-store/node";

const SAVE_EVERY_MS = 60_000;
const CHECK_EVERY_MS = 5_000;
const SAVE_SOON_MS = 1_000;
/** A longer journal would hold up the next start. */
const MAX_JOURNAL_BYTES = 16 * 1024 * 1024;

/** When the state is saved whole: each minute, when its journal has grown long or has failed, and at the end. */
export interface Saver {
  /** What a crash should not lose: nothing to do while the journal holds it. */
  soon(): void;
  /** @returns Why the last state could not be saved; `null` when it was. */
  close(): string | null;
}

export function createSaver(
  save: (ended: boolean) => string | null,
  journal: Pick<StateJournal, "healthy" | "bytes">,
): Saver {
  const regular = setInterval(() => save(false), SAVE_EVERY_MS);
  const check = setInterval(() => {
    if (!journal.healthy || journal.bytes > MAX_JOURNAL_BYTES) save(false);
  }, CHECK_EVERY_MS);
  let pending: NodeJS.Timeout | null = null;
  for (const timer of [regular, check]) timer.unref();
  return {
    soon() {
      // A herd of refusals is one change.
      if (journal.healthy || pending !== null) return;
      pending = setTimeout(() => {
        pending = null;
        save(false);
      }, SAVE_SOON_MS);
      pending.unref();
    },
    close() {
      clearInterval(regular);
      clearInterval(check);
      if (pending !== null) clearTimeout(pending);
      return save(true);
    },
  };
}
