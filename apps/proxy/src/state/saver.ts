const SAVE_EVERY_MS = 60_000;
const SAVE_SOON_MS = 1_000;

/** When the state is saved: each minute, within a second of what a crash should not lose, and at the end. */
export interface Saver {
  soon(): void;
  close(): void;
}

export function createSaver(save: () => void): Saver {
  const regular = setInterval(save, SAVE_EVERY_MS);
  regular.unref();
  let pending: NodeJS.Timeout | null = null;
  return {
    soon() {
      // A herd of refusals is one change.
      if (pending !== null) return;
      pending = setTimeout(() => {
        pending = null;
        save();
      }, SAVE_SOON_MS);
      pending.unref();
    },
    close() {
      clearInterval(regular);
      if (pending !== null) clearTimeout(pending);
      save();
    },
  };
}
