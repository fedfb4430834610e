import { parseArgs } from "node:util";

export interface Options {
  readonly quick: boolean;
  readonly rounds: number;
  readonly seed: number;
  /** Names of scenarios; empty for all. */
  readonly only: readonly string[];
  readonly json: boolean;
  readonly check: boolean;
  readonly built: boolean;
  /** Folder for CPU profiles of the gateway; `null` for none. */
  readonly profileDir: string | null;
}

export const HELP = `Compares direct calls, nginx, a bare Node proxy and ccp in one interleaved run.

  --quick          three rounds, about a minute
  --rounds N       rounds (15; 3 with --quick)
  --only NAME      only this scenario; may be repeated
  --seed N         draws another order of the subjects (1)
  --built          runs the built gateway (pnpm build), not its sources; adds the scenario cli
  --profile DIR    writes a CPU profile of each gateway process there
  --json           prints every value as JSON
  --check          ends with 1 where a target is missed by more than 15 %
  --help
`;

/**
 * @returns `null` for `--help`.
 * @throws {Error} For an unknown flag or scenario, or a number that is none.
 */
export function parseOptions(argv: readonly string[], scenarioNames: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      seed: { type: "string", default: "1" },
      built: { type: "boolean", default: false },
      profile: { type: "string" },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: false,
  });
  if (values.help) return null;
  const unknown = values.only.find((name) => !scenarioNames.includes(name));
  if (unknown !== undefined) {
    throw new Error(`no scenario is called ${unknown}; there are ${scenarioNames.join(", ")}`);
  }
  return {
    quick: values.quick,
    rounds: wholeNumber("--rounds", values.rounds ?? (values.quick ? "3" : "15"), 1),
    seed: wholeNumber("--seed", values.seed, 0),
    only: values.only,
    json: values.json,
    check: values.check,
    built: values.built,
    profileDir: values.profile ?? null,
  };
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least) {
    throw new Error(`${flag} takes a whole number from ${least}, not ${JSON.stringify(text)}`);
  }
  return value;
}
