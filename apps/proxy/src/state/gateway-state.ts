import { restoreGatewayState, type StateFolders, saveGatewayState } from "@ccp/usage-store/node";
import type { Deps } from "../deps.ts";

/** What survives a restart: a snapshot of counts and marks, and the log lines written after it. */
export interface GatewayState {
  /** Brings engine and book to where the last process left them. */
  restore(): void;
  save(): void;
}

export function createGatewayState(folders: StateFolders, deps: Deps): GatewayState {
  const { engine, book, clock, notice } = deps;
  return {
    restore() {
      const { problem } = restoreGatewayState(folders, engine, book, clock.wallMs(), clock.localHour);
      if (problem !== null) notice("warn", `${problem}; the counts are rebuilt from the log`);
    },
    save() {
      const written = saveGatewayState(folders, engine, book, clock.wallMs());
      if (!written.success)
        notice("warn", `the state cannot be saved (${written.reason}); the log still has all`);
    },
  };
}
