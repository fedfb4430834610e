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
      deps.stdout.write(inPlace ? framed(text) : text);
      await deps.sleep(intervalSec * 1000, deps.signal);
      if (deps.signal.aborted) return EXIT.interrupted;
    }
  } finally {
    if (inPlace) deps.stdout.write(LEAVE_SCREEN);
  }
}

/** Lines are erased behind their text, not before: what did not change does not flicker. */
function framed(text: string): string {
  return BEGIN_FRAME + text.replaceAll("\n", `${ERASE_LINE_END}\n`) + END_FRAME;
}
