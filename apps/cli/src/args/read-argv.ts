import type { CliArgs, CliCommand, CommandEntry } from "../cli-command.ts";
import type { CliError } from "../cli-error.ts";
import { didYouMean } from "./did-you-mean.ts";
import { GLOBAL_ARGS } from "./global-args.ts";
import { findOption } from "./option-names.ts";
import { usageError } from "./usage-error.ts";

/** An option as it stood on the command line. */
export interface TypedOption {
  /** With its dashes and without a value. */
  readonly token: string;
  /** `null`: none was given. */
  readonly value: string | null;
}

export interface ReadArgv {
  /** `null`: no command was named. */
  readonly command: CliCommand | null;
  readonly options: readonly TypedOption[];
  readonly positionals: readonly string[];
  /** Commands that could have followed. */
  readonly next: Readonly<Record<string, CommandEntry>>;
}

/**
 * Walks the command line once: finds the command (loading only that one) and sorts the rest into options and
 * positional arguments. Whether the command knows them is checked afterwards, by `checkArgs`.
 *
 * @param cc How this command is called, for hints, e.g. `npx cc`.
 * @throws {CliError} With exit code 64 for a command that does not exist.
 */
export async function readArgv(
  argv: readonly string[],
  commands: Readonly<Record<string, CommandEntry>>,
  cc: string,
): Promise<ReadArgv> {
  let command: CliCommand | null = null;
  let level: Readonly<Record<string, CommandEntry>> = commands;
  const options: TypedOption[] = [];
  const positionals: string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const token = argv[i] ?? "";
    if (token === "--") {
      positionals.push(...argv.slice(i + 1));
      break;
    }
    if (token.startsWith("-") && token !== "-") {
      const option = splitOption(token);
      const takesNext = option.value === null && wantsValue(option.token, command?.args ?? {});
      const next = takesNext ? argv[i + 1] : undefined;
      const hasNext = next !== undefined && !next.startsWith("--");
      options.push(hasNext ? { token: option.token, value: next } : option);
      if (hasNext) i += 1;
      continue;
    }
    const entry = Object.hasOwn(level, token) && positionals.length === 0 ? level[token] : undefined;
    if (entry !== undefined) {
      command = await entry.load();
      level = command.subCommands ?? {};
    } else if (command === null) {
      throw unknownCommand(token, commands, cc);
    } else {
      positionals.push(token);
    }
  }
  return { command, options, positionals, next: level };
}

function splitOption(token: string): TypedOption {
  const equals = token.indexOf("=");
  if (equals < 0) return { token, value: null };
  return { token: token.slice(0, equals), value: token.slice(equals + 1) };
}

/** `--lane zai` takes the next word; `--watch 5` does not, since `--watch` alone is complete. */
function wantsValue(token: string, args: CliArgs): boolean {
  const option = findOption(token, args, GLOBAL_ARGS);
  if (option === null || option.negated || option.arg.type === "boolean") return false;
  return option.arg.optionalValue !== true;
}

/** @param parent The command that it would belong to; empty for `cc` itself. */
export function unknownCommand(
  word: string,
  level: Readonly<Record<string, CommandEntry>>,
  cc: string,
  parent = "",
): CliError {
  const names = Object.keys(level).filter((name) => level[name]?.hidden !== true);
  const meant = didYouMean(word, names);
  const what = `unknown command "${[parent, word].filter((part) => part !== "").join(" ")}"`;
  const why = meant === null ? `the commands are ${names.join(", ")}` : `did you mean "${meant}"?`;
  return usageError(what, why, cc, parent);
}
