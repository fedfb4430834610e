import type { ArgDef } from "citty";
import type { CliInput } from "./args/cli-input.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Session } from "./session.ts";

/**
 * An option as citty defines it. `optionalValue`: `--watch` and `--watch=5` are both right. `multiple`: it may be
 * given several times. `listOf`: words that it takes, several with commas. `valueHint` also says what the shell completes: LANE, MODEL, FILE, DIR, or words with `|`.
 */
export type CliArg = ArgDef & {
  readonly optionalValue?: true;
  readonly multiple?: true;
  readonly listOf?: readonly string[];
};
export type CliArgs = Readonly<Record<string, CliArg>>;

/**
 * One command. A file of `commands/` exports one, and `command-tree.ts` names the file; nothing else knows it.
 * The definition is also what unknown options are checked against and what `--help` prints.
 */
export interface CliCommand {
  /** As typed after `cc`, e.g. `quotas reload`. */
  readonly name: string;
  readonly summary: string;
  readonly args: CliArgs;
  /** It takes no `--url`: what it is about is where it runs itself. */
  readonly asksNoGateway?: true;
  /** A CCP_URL that is no address does not stop it: to tell of that is its work. The usual address stands in. */
  readonly findsFaults?: true;
  readonly subCommands?: Readonly<Record<string, CommandEntry>>;
  /** Takes any number of words behind its own arguments; those that look like options stand after `--`. */
  readonly rest?: {
    readonly name: string;
    readonly description: string;
    /** As the usage line has them, e.g. `DIR...`; else `-- ...`. */
    readonly word?: string;
  };
  /** Lines under the option list of `--help`; `{cc}` stands for the way this command is called here. */
  readonly notes?: readonly string[];
  /** Resolves with the exit code. Throws `CliError` for everything a person has to be told. */
  readonly run: (input: CliInput, session: Session) => Promise<ExitCode>;
}

/** A command that is loaded when it is asked for. */
export interface CommandEntry {
  readonly summary: string;
  /** Not for people: left out of help and suggestions. */
  readonly hidden?: true;
  readonly load: () => Promise<CliCommand>;
}
