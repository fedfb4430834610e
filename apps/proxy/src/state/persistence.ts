import { join } from "node:path";
import { WEEKLY_WINDOW_MS } from "@ccp/usage-contract/core";
import {
  HISTORY_NAME,
  openDiskReserve,
  openHistory,
  openStateJournal,
  type StatePaths,
  type UsageLog,
} from "@ccp/usage-store/node";
import type { Clock, Notice } from "../deps.ts";
import type { GatewayOptions } from "../start-gateway.ts";
import { readAccountSalt } from "./account-salt.ts";
import { createGatewayState, type GatewayState } from "./gateway-state.ts";
import { createImports } from "./imports.ts";
import { openMintFile } from "./mint-file.ts";
import { recallEvents } from "./recall-events.ts";
import { createSaver } from "./saver.ts";
import { startWindowSampler } from "./window-sampler.ts";

const MINTS_NAME = "mints.json";
const SALT_NAME = "account-salt.json";
const RESERVE_NAME = "ccp.reserve";

export interface PersistenceOptions {
  readonly paths: StatePaths;
  readonly log: UsageLog;
  readonly clock: Clock;
  readonly notice: Notice;
  /** `false` keeps the history in memory. */
  readonly persist: boolean;
}

/** Everything that lets a gateway go on where the last one ended. */
export interface Persistence {
  /** For {@link startGateway}. */
  readonly gateway: Pick<
    GatewayOptions,
    "saveSoon" | "saveNow" | "writeOp" | "flushOps" | "beforeListen" | "history" | "imports"
  >;
  /** Saves the state of a gateway that serves no more, closes the log, and says what the disk did not take. */
  close(): Promise<void>;
}

/** For the owner of the state folder. */
export function openPersistence(options: PersistenceOptions): Persistence {
  const { paths, log, clock, notice, persist } = options;
  let state: GatewayState | null = null;
  let sampler: { stop(): void } | null = null;
  const journal = openStateJournal(paths.stateDir);
  const saver = createSaver((ended) => state?.save(ended) ?? null, journal);
  const reserve = openDiskReserve(join(paths.stateDir, RESERVE_NAME));
  const path = join(paths.stateDir, HISTORY_NAME);
  const history = openHistory({
    path: persist ? path : null,
    logsDir: paths.logsDir,
    nowMs: clock.wallMs,
    onFault: ({ what, mend }) =>
      notice("warn", `history ${path} cannot be written: ${what}; serving goes on. ${mend}`),
    onRecovered: () => notice("info", "the history is written again"),
  });
  return {
    gateway: {
      saveSoon: () => saver.soon(),
      saveNow: () => state?.save(),
      writeOp: (op) => journal.write(op),
      flushOps: () => journal.flush(),
      history,
      imports: createImports(paths.logsDir),
      beforeListen(deps) {
        const logMark = () => log.mark();
        deps.accountSalt.current = readAccountSalt(join(paths.stateDir, SALT_NAME), notice);
        const mintFile = openMintFile(join(paths.stateDir, MINTS_NAME), deps);
        const { rollingMs, weeklyMs } = deps.quotas.current().config;
        const windowMs = Math.max(rollingMs, weeklyMs, WEEKLY_WINDOW_MS);
        const told = { logMark, clock, notice };
        state = createGatewayState({ folders: paths, parts: deps, mintFile, windowMs, journal, ...told });
        state.restore();
        // What was played is in it from now on: the next start begins here.
        state.save();
        recallEvents(paths.logsDir, deps.events, clock.wallMs());
        sampler = startWindowSampler(deps);
      },
    },
    async close() {
      sampler?.stop();
      let refused = saver.close();
      if ((refused !== null || log.status().degraded !== null) && reserve.release()) {
        // The state first: it holds the counts of the lines that may not fit.
        if (refused !== null) refused = state?.save(true) ?? null;
        log.flush();
      }
      journal.close();
      await history.close();
      const { dropped, degraded } = log.status();
      log.close();
      tellLost(log.status().dropped - dropped, degraded, refused, notice);
    },
  };
}

/** @param lines Of the log, which ended with the process. @param refused Why the state was not saved. */
function tellLost(lines: number, degraded: string | null, refused: string | null, notice: Notice): void {
  if (lines > 0) {
    const what = `the last ${lines} lines of the usage log could not be written (${degraded ?? "closed"})`;
    if (refused === null)
      notice("error", `${what}; what they counted is in the state, and counts at the next start`);
    else notice("error", `${what}, nor could the state (${refused}): what they counted is lost`);
  } else if (refused !== null) {
    notice("warn", `the state could not be saved (${refused}); the next start counts from the log`);
  }
}
