import type { CheckedArgs } from "./check-args.ts";

/** The checked arguments of one command. */
export interface CliInput {
  flag(name: string): boolean;
  /** Value of an option or a positional argument; `null` when it was not given. */
  text(name: string): string | null;
  /** Every value of an option that may be given several times, in order. */
  list(name: string): readonly string[];
  /** Words behind the command's own arguments. */
  readonly rest: readonly string[];
}

/** @param values What citty made of the arguments. */
export function cliInput(
  values: Readonly<Record<string, unknown>>,
  { lists, rest }: Pick<CheckedArgs, "lists" | "rest">,
): CliInput {
  return {
    rest,
    list: (name) => lists[name] ?? [],
    flag: (name) => values[name] === true,
    text: (name) => {
      const value = values[name];
      return typeof value === "string" ? value : null;
    },
  };
}
