import { join } from "node:path";
import {
  HISTORY_NAME,
  openHistory,
  openStateJournal,
  type StatePaths,
  type UsageLog,
} from "@ccp/usage-store/node";
import type { Clock, Notice } from "../deps.ts";
import type { GatewayOptions } from "../start-gateway.ts";
import { createGatewayState, type GatewayState } from "./gateway-state.ts";
import { createImports } from "./imports.ts";
import { recallEvents } from "./recall-events.ts";
import { createSaver } from "./saver.ts";
import { startWindowSampler } from "./window-sampler.ts";

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
    "saveSoon" | "saveNow" | "writeOp" | "beforeListen" | "history" | "imports"
  >;
  /** Saves the state of a gateway that serves no more. */
  close(): Promise<void>;
}

/** For the owner of the state folder. */
export function openPersistence(options: PersistenceOptions): Persistence {
  const { paths, log, clock, notice, persist } = options;
  let state: GatewayState | null = null;
  let sampler: { stop(): void } | null = null;
  const journal = openStateJournal(paths.stateDir);
  const saver = createSaver((ended) => state?.save(ended), journal);
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
      history,
      imports: createImports(paths.logsDir),
      beforeListen(deps) {
        const logMark = () => log.mark();
        state = createGatewayState({ folders: paths, parts: deps, journal, logMark, clock, notice });
        state.restore();
        // What was played is in it from now on: the next start begins here.
        state.save();
        recallEvents(paths.logsDir, deps.events, clock.wallMs());
        sampler = startWindowSampler(deps);
      },
    },
    async close() {
      sampler?.stop();
      saver.close();
      journal.close();
      await history.close();
    },
  };
}
