import { parseArgs } from "node:util";

export interface Options {
  readonly seconds: number;
  readonly seed: number;
  /** Plays only the case of the seed, and prints it. */
  readonly only: boolean;
  /** A file that holds one case, as a failure prints it. */
  readonly caseFile: string | null;
}

const QUICK_SECONDS = 10;
/** A gate must not fail for a seed that nobody has seen before. */
const QUICK_SEED = 1;
const DEFAULT_SECONDS = 60;

export const HELP = `Plays random upstreams and clients against a gateway and checks what must always hold.

  --quick        ten seconds
  --seconds N    how long (60)
  --seed N       first seed; cases count up from it (1 with --quick, else by the day)
  --case FILE    plays the case in the file, as a failure printed it
  --only         plays the case of --seed alone and prints it
  --help
`;

/**
 * @returns `null` for `--help`.
 * @throws {Error} For an unknown flag, or a number that is none.
 */
export function parseOptions(argv: readonly string[], defaultSeed: number): Options | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      seconds: { type: "string" },
      seed: { type: "string" },
      only: { type: "boolean", default: false },
      case: { type: "string" },
      help: { type: "boolean", default: false },
    },
    allowPositionals: false,
  });
  if (values.help) return null;
  const fallback = values.quick ? QUICK_SECONDS : DEFAULT_SECONDS;
  return {
    seconds: values.seconds === undefined ? fallback : wholeNumber("--seconds", values.seconds),
    seed:
      values.seed === undefined
        ? values.quick
          ? QUICK_SEED
          : defaultSeed
        : wholeNumber("--seed", values.seed),
    only: values.only,
    caseFile: values.case ?? null,
  };
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${flag} takes a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}
