import { join } from "node:path";
import { openStateJournal, type StatePaths, type UsageLog } from "@ccp/usage-store/node";
import type { Clock, Notice } from "../deps.ts";
import type { GatewayOptions } from "../start-gateway.ts";
import { createGatewayState, type GatewayState } from "./gateway-state.ts";
import { type MintFile, openMintFile } from "./mint-file.ts";
import { createSaver } from "./saver.ts";

export interface PersistenceOptions {
  readonly paths: StatePaths;
  readonly log: UsageLog;
  readonly clock: Clock;
  readonly notice: Notice;
}

/** Everything that lets a gateway go on where the last one ended. */
export interface Persistence {
  /** For {@link startGateway}. */
  readonly gateway: Pick<GatewayOptions, "saveSoon" | "saveNow" | "writeOp" | "beforeListen">;
  /** Saves the state of a gateway that serves no more. */
  close(): Promise<void>;
}

/** For the owner of the state folder. */
export function openPersistence({ paths, log, clock, notice }: PersistenceOptions): Persistence {
  let state: GatewayState | null = null;
  let mints: MintFile | null = null;
  const journal = openStateJournal(paths.stateDir);
  const saver = createSaver((ended) => state?.save(ended), journal);
  return {
    gateway: {
      saveSoon: () => saver.soon(),
      saveNow: () => state?.save(),
      writeOp: (op) => journal.write(op),
      beforeListen(deps) {
        const logMark = () => log.mark();
        state = createGatewayState({ folders: paths, parts: deps, journal, logMark, clock, notice });
        state.restore();
        // What was played is in it from now on: the next start begins here.
        state.save();
        mints = openMintFile(join(paths.stateDir, "mints.json"), deps);
      },
    },
    async close() {
      saver.close();
      mints?.close();
      journal.close();
    },
  };
}
