import { parseArgs } from "node:util";

export interface Options {
  readonly seconds: number;
  /** Requests that are open at any moment. */
  readonly streams: number;
  /** Longest pause between two pieces of a stream. */
  readonly mostPauseMs: number;
  /** Silence of a lane that ends a stream: far above any pause, for a busy machine makes pauses of its own. */
  readonly idleSec: number;
  readonly seed: number;
}

const FULL: Options = { seconds: 600, streams: 1_000, mostPauseMs: 1_000, idleSec: 20, seed: 1 };
const QUICK: Options = { seconds: 5, streams: 100, mostPauseMs: 150, idleSec: 5, seed: 1 };

export const HELP = `Keeps many streams open through a gateway of its own, and checks every byte, the log, and what stays behind.

  --seconds N    how long new requests are begun (600)
  --streams N    how many are open at a time (1000)
  --quick        5 seconds, 100 streams
  --seed N       what the requests do (1)
  --help
`;

/**
 * @returns `null` for `--help`.
 * @throws {Error} For an unknown flag, or a number that is none.
 */
export function parseOptions(argv: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      seconds: { type: "string" },
      streams: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean", default: false },
    },
    allowPositionals: false,
  });
  if (values.help) return null;
  const base = values.quick ? QUICK : FULL;
  return {
    mostPauseMs: base.mostPauseMs,
    idleSec: base.idleSec,
    seconds: wholeNumber("--seconds", values.seconds, base.seconds),
    streams: wholeNumber("--streams", values.streams, base.streams),
    seed: wholeNumber("--seed", values.seed, base.seed),
  };
}

function wholeNumber(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new Error(`${flag} takes a whole number from 1, not ${JSON.stringify(text)}`);
  }
  return Number(text);
}
