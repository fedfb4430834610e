import {
  type LogMark,
  restoreGatewayState,
  type StateFolders,
  type StateJournal,
  type StateParts,
  saveGatewayState,
  setAside,
} from "@ccp/usage-store/node";
import type { Clock, Notice } from "../deps.ts";
import type { MintFile } from "./mint-file.ts";

/** What survives a restart: a saved state, the changes after it, and the log lines beyond both. */
export interface GatewayState {
  /** Brings all parts to where the last process left them. */
  restore(): void;
  /**
   * @param ended The gateway is being stopped on purpose: the next one begins a new session.
   * @returns Why the disk refused it; `null` when all is saved.
   */
  save(ended?: boolean): string | null;
}

export interface GatewayStateOptions {
  readonly folders: StateFolders;
  readonly parts: StateParts;
  readonly mintFile: MintFile;
  /** The longest window, in ms: so far back the log is replayed without a usable state. */
  readonly windowMs: number;
  readonly journal: StateJournal;
  readonly logMark: () => LogMark;
  readonly clock: Clock;
  readonly notice: Notice;
}

export function createGatewayState(options: GatewayStateOptions): GatewayState {
  const { folders, parts, mintFile, windowMs, journal, logMark, clock, notice } = options;
  let isTold = false;
  return {
    restore() {
      const { localHour } = clock;
      const restored = restoreGatewayState(folders, parts, clock.wallMs(), { localHour, windowMs });
      const { problem, unusable, replayed, brokenRecords } = restored;
      if (unusable !== null) {
        const aside = setAside(unusable);
        const kept = aside === null ? "" : `; it is kept as ${aside}`;
        notice("warn", `${problem}${kept}; the counts are rebuilt from the log (${replayed} answers)`);
      }
      if (brokenRecords > 0) {
        const lost = "what they counted comes from the log, a mark among them is learned anew";
        notice("warn", `${brokenRecords} records of the state's journal were damaged; ${lost}`);
      }
    },
    save(ended = false) {
      // Before the journal that holds them, too, is begun anew.
      mintFile.save();
      const written = saveGatewayState(folders, parts, { journal, log: logMark(), ended }, clock.wallMs());
      // Told once: it is tried again each minute.
      if (!written.success && !isTold)
        notice("warn", `the state cannot be saved (${written.reason}); the log still has all`);
      isTold = !written.success;
      return written.success ? null : written.reason;
    },
  };
}
