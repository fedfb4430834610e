import {
  type LogMark,
  restoreGatewayState,
  type StateFolders,
  type StateJournal,
  type StateParts,
  saveGatewayState,
} from "@ccp/usage-store/node";
import type { Clock, Notice } from "../deps.ts";

/** What survives a restart: a saved state, the changes after it, and the log lines beyond both. */
export interface GatewayState {
  /** Brings all parts to where the last process left them. */
  restore(): void;
  /** @param ended The gateway is being stopped on purpose: the next one begins a new session. */
  save(ended?: boolean): void;
}

export interface GatewayStateOptions {
  readonly folders: StateFolders;
  readonly parts: StateParts;
  readonly journal: StateJournal;
  readonly logMark: () => LogMark;
  readonly clock: Clock;
  readonly notice: Notice;
}

export function createGatewayState(options: GatewayStateOptions): GatewayState {
  const { folders, parts, journal, logMark, clock, notice } = options;
  let isTold = false;
  return {
    restore() {
      const { problem } = restoreGatewayState(folders, parts, clock.wallMs(), clock.localHour);
      if (problem !== null) notice("warn", `${problem}; the counts are rebuilt from the log`);
    },
    save(ended = false) {
      const written = saveGatewayState(folders, parts, { journal, log: logMark(), ended }, clock.wallMs());
      // Told once: it is tried again each minute.
      if (!written.success && !isTold)
        notice("warn", `the state cannot be saved (${written.reason}); the log still has all`);
      isTold = !written.success;
    },
  };
}
