import { identityOf, isRunning } from "@ccp/usage-store/node";

const LOOK_EVERY_MS = 250;

/**
 * Tells once when one of the processes that started this one has ended. npm and the shells between pass no signal on, or die of
 * one that nothing can catch: without this the gateway would stay behind and keep the port.
 *
 * @param pids Those that wait for this process, and end when it does.
 */
export function watchLaunchers(pids: readonly number[], onGone: () => void): { stop(): void } {
  const launchers = pids.filter((pid) => Number.isInteger(pid) && pid > 1).map(identityOf);
  if (launchers.length === 0) return { stop: () => {} };
  const timer = setInterval(() => {
    if (launchers.every(isRunning)) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
