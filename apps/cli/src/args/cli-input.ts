/** The checked arguments of one command. */
export interface CliInput {
  flag(name: string): boolean;
  /** Value of an option or a positional argument; `null` when it was not given. */
  text(name: string): string | null;
}

/** @param values What citty made of the arguments. */
export function cliInput(values: Readonly<Record<string, unknown>>): CliInput {
  return {
    flag: (name) => values[name] === true,
    text: (name) => {
      const value = values[name];
      return typeof value === "string" ? value : null;
    },
  };
}
