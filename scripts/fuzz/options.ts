import { parseArgs } from "node:util";

export interface Options {
  /** Ends after this long or after this many cases, whatever comes first; `Infinity` where one is not limited. */
  readonly seconds: number;
  readonly cases: number;
  readonly seed: number;
  /** Plays only the case of the seed, and prints it. */
  readonly only: boolean;
  /** A file that holds one case, as a failure prints it. */
  readonly caseFile: string | null;
}

/** A gate plays the same cases on every machine, and none that nobody has seen before. */
const QUICK_CASES = 400;
const QUICK_SEED = 1;
const DEFAULT_SECONDS = 60;

export const HELP = `Plays random upstreams and clients against a gateway and checks what must always hold.

  --quick        400 cases from seed 1, however long they take
  --seconds N    how long (60)
  --cases N      how many cases, however long they take
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
      cases: { type: "string" },
      seed: { type: "string" },
      only: { type: "boolean", default: false },
      case: { type: "string" },
      help: { type: "boolean", default: false },
    },
    allowPositionals: false,
  });
  if (values.help) return null;
  const seconds = values.seconds === undefined ? null : wholeNumber("--seconds", values.seconds);
  const asked = values.cases === undefined ? null : wholeNumber("--cases", values.cases);
  const cases = asked ?? (values.quick && seconds === null ? QUICK_CASES : Number.POSITIVE_INFINITY);
  const firstSeed = values.quick ? QUICK_SEED : defaultSeed;
  return {
    seconds: seconds ?? (cases === Number.POSITIVE_INFINITY ? DEFAULT_SECONDS : Number.POSITIVE_INFINITY),
    cases,
    seed: values.seed === undefined ? firstSeed : wholeNumber("--seed", values.seed),
    only: values.only,
    caseFile: values.case ?? null,
  };
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${flag} takes a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}
