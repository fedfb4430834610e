import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Session } from "./session.ts";

/** Into the second screen, cursor hidden; and back. */
const ENTER_SCREEN = "\u001b[?1049h\u001b[?25l";
const LEAVE_SCREEN = "\u001b[?25h\u001b[?1049l";
/** Between these two the terminal shows nothing half drawn. */
const BEGIN_FRAME = "\u001b[?2026h\u001b[H";
const END_FRAME = "\u001b[J\u001b[?2026l";
const ERASE_LINE_END = "\u001b[K";

/** Four frames a second are as many as an eye can read. */
export const MIN_WATCH_SEC = 0.25;

/**
 * Draws frames until Ctrl-C: on a terminal in place, else one after the other.
 *
 * @param frame Text of one frame, complete lines. It is expected to show its own troubles; what it throws ends the watch.
 * @returns 130, as after every Ctrl-C.
 */
export async function watchFrames(
  frame: () => Promise<string>,
  intervalSec: number,
  session: Session,
): Promise<ExitCode> {
  const { deps } = session;
  const inPlace = deps.stdout.isTTY === true && deps.env.TERM !== "dumb";
  if (inPlace) deps.stdout.write(ENTER_SCREEN);
  try {
    for (;;) {
      const text = await frame();
      if (deps.signal.aborted) return EXIT.interrupted;
      deps.stdout.write(inPlace ? framed(text, deps.stdout.rows) : text);
      await deps.sleep(intervalSec * 1000, deps.signal);
      if (deps.signal.aborted) return EXIT.interrupted;
    }
  } finally {
    if (inPlace) deps.stdout.write(LEAVE_SCREEN);
  }
}

/**
 * Lines are erased behind their text, not before: what did not change does not flicker. What is below the screen's
 * last line is left out, or the terminal would scroll the first lines away.
 */
function framed(text: string, rows: number | undefined): string {
  const lines = text.split("\n").slice(0, -1);
  const shown = rows === undefined ? lines : lines.slice(0, Math.max(1, rows - 1));
  return BEGIN_FRAME + shown.map((line) => `${line}${ERASE_LINE_END}\n`).join("") + END_FRAME;
}
