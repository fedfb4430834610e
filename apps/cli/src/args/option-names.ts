import type { CliArg, CliArgs } from "../cli-command.ts";

export interface KnownOption {
  readonly name: string;
  readonly arg: CliArg;
  /** `--no-color`: the option is switched off. */
  readonly negated: boolean;
}

/** Options a person may type, with both dashes, for suggestions and help. */
export function optionNames(...definitions: readonly CliArgs[]): string[] {
  return definitions.flatMap((args) =>
    Object.entries(args)
      .filter(([, arg]) => arg.type !== "positional")
      .map(([name]) => `--${name}`),
  );
}

export function aliasesOf(arg: CliArg): readonly string[] {
  const alias = "alias" in arg ? (arg.alias ?? []) : [];
  return Array.isArray(alias) ? alias : [alias];
}

/** Finds the definition behind `--name`, `--no-name` or `-x`. Later definitions do not hide earlier ones. */
export function findOption(token: string, ...definitions: readonly CliArgs[]): KnownOption | null {
  const long = token.startsWith("--");
  const typed = token.slice(long ? 2 : 1);
  for (const args of definitions) {
    for (const [name, arg] of Object.entries(args)) {
      if (arg.type === "positional") continue;
      if (long ? typed === name : aliasesOf(arg).includes(typed)) return { name, arg, negated: false };
      if (long && arg.type === "boolean" && typed === `no-${name}`) return { name, arg, negated: true };
    }
  }
  return null;
}
