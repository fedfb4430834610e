import type { Gateway } from "../start-gateway.ts";

const DRAIN_LIMIT_MS = 30_000;
const EXIT_FORCED = 130;
/** A signal to a process group comes twice: from the system, and passed on by npm. That is not a person asking again. */
const SAME_SIGNAL_MS = 500;

/** What ends the process otherwise than by a signal. */
export interface Stopping {
  /** Lets streams finish, then ends. @param why What is told, as a clause. */
  stop(why: string): void;
}

/**
 * The first SIGTERM or SIGINT lets streams finish, the second ends at once. SIGHUP has the files read again: a closed
 * terminal, which sends it too, must not cut agents off. A reader of our output that goes away is no reason to end either.
 */
export function handleSignals(
  gateway: Pick<Gateway, "drain"> & { readonly reload: () => void },
  cleanUp: () => Promise<void>,
): Stopping {
  let stoppingSince: number | null = null;
  const stop = async (why: string): Promise<void> => {
    if (stoppingSince !== null) {
      if (performance.now() - stoppingSince < SAME_SIGNAL_MS) return;
      process.exit(EXIT_FORCED);
    }
    stoppingSince = performance.now();
    process.stderr.write(`ccp info: ${why}: finishing open requests (again to end now)\n`);
    await gateway.drain(DRAIN_LIMIT_MS);
    await cleanUp();
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => gateway.reload());
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return {
    stop(why) {
      if (stoppingSince === null) void stop(why);
    },
  };
}
