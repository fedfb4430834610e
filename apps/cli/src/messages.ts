import type { TextStream } from "./cli-deps.ts";
import type { CliError } from "./cli-error.ts";
import { type Line, paintLine, span, type Tone } from "./render/line.ts";
import type { Look } from "./render/look.ts";
import { safeText } from "./render/safe-text.ts";

/** Everything that is said beside the data; all of it goes to stderr. */
export interface Messages {
  note(text: string): Promise<void>;
  warn(text: string): Promise<void>;
  /** Three lines: what, why, next. */
  error(error: CliError): Promise<void>;
  /** Only shown with CCP_LOG_LEVEL=debug. */
  debug(text: string): Promise<void>;
}

type Kind = "note" | "warn" | "error" | "debug";
const LEVELS: Readonly<Record<string, number>> = { silent: -1, error: 0, warn: 1, info: 3, debug: 4 };
const TONES: Readonly<Record<string, Tone>> = { error: "block", warn: "warn", info: "dim", debug: "dim" };
const INDENT = "     ";

/**
 * consola decides what is shown (CCP_LOG_LEVEL: `silent`, `error`, `warn`, `info`, `debug`); the wording is ours.
 * It is loaded with the first message: most runs have none to give.
 */
export function createMessages(stream: TextStream, look: () => Look, level: string | null): Messages {
  async function send(kind: Kind, lines: readonly string[]): Promise<void> {
    const { createConsola } = await import("consola/core");
    const log = createConsola({
      level: LEVELS[level ?? ""] ?? 3,
      // Two equal notes in a row are both meant.
      throttle: 0,
      reporters: [{ log: ({ type, args }) => stream.write(messageText(type, args.map(String), look())) }],
    });
    const [first = "", ...others] = lines;
    log[kind === "note" ? "info" : kind](first, ...others);
  }
  return {
    note: (text) => send("note", [text]),
    warn: (text) => send("warn", [text]),
    error: ({ message, why, next }) => send("error", [message, why, `next: ${next}`]),
    debug: (text) => send("debug", [text]),
  };
}

function messageText(type: string, lines: readonly string[], look: Look): string {
  const painted = lines.map((text, index) => {
    const start: Line = index === 0 ? [span("ccp: ", TONES[type] ?? "plain")] : [span(INDENT)];
    return `${paintLine([...start, span(safeText(text))], look)}\n`;
  });
  return painted.join("");
}
