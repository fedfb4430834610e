import { writeSync } from "node:fs";
import { ENTER_SCREEN, LEAVE_SCREEN } from "../screen/draw-screen.ts";
import type { HudTerminal, TerminalListeners } from "../screen/hud-terminal.ts";

const STDOUT_FD = 1;

/**
 * This process's terminal.
 *
 * However the process ends, short of SIGKILL, the shell gets its screen back: `exit` is emitted after an uncaught
 * error and by `process.exit` as well, and writes there are synchronous.
 */
export function openHudTerminal(): HudTerminal {
  const { stdin, stdout } = process;
  let isEntered = false;
  let listeners: TerminalListeners | null = null;

  function enter(): void {
    if (isEntered) return;
    isEntered = true;
    stdin.setRawMode(true);
    stdin.resume();
    stdout.write(ENTER_SCREEN);
  }

  function leave(): void {
    if (!isEntered) return;
    isEntered = false;
    restore();
  }

  function restore(): void {
    // The terminal may be gone already; then there is nothing to put back.
    try {
      writeSync(STDOUT_FD, LEAVE_SCREEN);
      stdin.setRawMode(false);
    } catch {}
  }

  const onTyped = (text: string): void => listeners?.typed(text);
  const onResize = (): void => listeners?.resized();
  const onDrain = (): void => listeners?.drained();
  const onHangUp = (): void => listeners?.hungUp();
  const onStop = (): void => stop(process.pid);
  const onContinue = (): void => {
    process.off("SIGTSTP", onStop).on("SIGTSTP", onStop);
    listeners?.resumed();
  };

  /** The signal's own effect is wanted, which it only has while nobody listens to it. */
  function stop(pid: number): void {
    leave();
    process.off("SIGTSTP", onStop);
    process.kill(pid, "SIGTSTP");
    // A process whose parent cannot resume it is not stopped by the signal; then the screen comes back at once.
    setImmediate(onContinue);
  }

  return {
    // A terminal that was never told its size says 0.
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    enter,
    leave,
    write: (text) => stdout.write(text),
    // The whole group, as the kernel would: `npx` in front of this process has to stop, too.
    suspend: () => stop(0),
    listen(given) {
      listeners = given;
      stdin.setEncoding("utf8").on("data", onTyped).on("end", onHangUp).on("error", onHangUp);
      stdout.on("resize", onResize).on("drain", onDrain).on("error", onHangUp);
      process.on("SIGHUP", onHangUp).on("SIGTSTP", onStop).on("SIGCONT", onContinue).on("exit", leave);
    },
    close() {
      leave();
      listeners = null;
      stdin.off("data", onTyped).off("end", onHangUp).off("error", onHangUp).pause();
      stdout.off("resize", onResize).off("drain", onDrain).off("error", onHangUp);
      process.off("SIGHUP", onHangUp).off("SIGTSTP", onStop).off("SIGCONT", onContinue).off("exit", leave);
    },
  };
}
