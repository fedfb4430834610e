import type { TextStream } from "./cli-deps.ts";
import type { CliError } from "./cli-error.ts";
import type { Tone } from "./render/line.ts";
import type { Look } from "./render/look.ts";

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

/**
 * consola decides what is shown (CCP_LOG_LEVEL: `silent`, `error`, `warn`, `info`, `debug`); the wording is ours.
 * It and the painting are loaded with the first message: most runs have none to give.
 */
export function createMessages(stream: TextStream, look: () => Look, level: string | null): Messages {
  async function send(kind: Kind, lines: readonly string[]): Promise<void> {
    const [{ createConsola }, painter] = await Promise.all([
      import("consola/core"),
      import("./render/message.ts"),
    ]);
    const log = createConsola({
      level: LEVELS[level ?? ""] ?? 3,
      // Two equal notes in a row are both meant.
      throttle: 0,
      reporters: [
        {
          log: ({ type, args }) =>
            stream.write(painter.renderMessage(TONES[type] ?? "plain", args.map(String), look())),
        },
      ],
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
