import type { CliArg, CliArgs, CliCommand } from "../cli-command.ts";
import { didYouMean } from "./did-you-mean.ts";
import { GLOBAL_ARGS, globalArgs } from "./global-args.ts";
import { findOption, type KnownOption, optionNames } from "./option-names.ts";
import { type ReadArgv, type TypedOption, unknownCommand } from "./read-argv.ts";
import { usageError } from "./usage-error.ts";

export interface CheckedArgs {
  /** Options that every command takes, by name. */
  readonly globals: Readonly<Record<string, string | boolean>>;
  /** The command's own arguments, in the one spelling that citty cannot misread. */
  readonly rawArgs: readonly string[];
  /** Values of the options that may be given several times: citty keeps the last one only. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** Words behind the command's own arguments. */
  readonly rest: readonly string[];
}

/**
 * Checks what was typed against what the command defines. citty itself accepts any option silently, so that
 * `cc quotas --treshold 80` would end with 0.
 *
 * @throws {CliError} With exit code 64 for an unknown option, a missing, useless or second value, or a missing argument.
 */
export function checkArgs(read: ReadArgv, cc: string): CheckedArgs {
  const { command } = read;
  const own = command?.args ?? {};
  const globals: Record<string, string | boolean> = {};
  const rawArgs: string[] = [];
  const lists: Record<string, string[]> = {};
  const given = new Map<string, string | null>();
  for (const option of read.options) {
    const known = findOption(option.token, own, GLOBAL_ARGS);
    if (known === null) throw unknownOption(option, command, cc);
    if (known.name === "url" && command?.asksNoGateway === true) throw uselessUrl(command, cc);
    refuseSecond(option, known, given, command?.name ?? "", cc);
    const value = optionValue(option, known.arg, known.negated, command?.name ?? "", cc);
    if (Object.hasOwn(own, known.name)) rawArgs.push(toRaw(known.name, value));
    else globals[known.name] = value;
    if (known.arg.multiple === true) lists[known.name] = [...(lists[known.name] ?? []), String(value)];
  }
  // `--help` must answer even where an argument is still missing.
  if (globals.help !== true && command !== null) checkPositionals(command, read, cc);
  const rest = read.positionals.slice(positionalsOf(own).length);
  return { globals, rawArgs: [...rawArgs, "--", ...read.positionals], lists, rest };
}

/** Of two values one would be dropped in silence: `guard --lane a --lane b` must not say yes for `b` alone. */
function refuseSecond(
  { token, value }: TypedOption,
  { name, arg }: KnownOption,
  given: Map<string, string | null>,
  command: string,
  cc: string,
): void {
  if (arg.type === "boolean" || arg.multiple === true) return;
  const first = given.get(name);
  given.set(name, value);
  if (first === undefined) return;
  const values = [first, value].map((each) => (each === null ? "none" : `"${each}"`)).join(" and ");
  throw usageError(`${token} is given twice`, `it takes one value, not ${values}`, cc, command);
}

function optionValue(
  { token, value }: TypedOption,
  arg: CliArg,
  negated: boolean,
  command: string,
  cc: string,
): string | boolean {
  if (arg.type === "boolean") {
    if (value === null) return !negated;
    if (!negated && (value === "true" || value === "false")) return value === "true";
    throw usageError(`${token} takes no value`, `"${value}" was given`, cc, command);
  }
  if (arg.optionalValue === true && value === null) return "";
  if (value === null || value === "") {
    throw usageError(`${token} needs a value`, `${token}=<${arg.valueHint ?? "value"}>`, cc, command);
  }
  if (arg.type === "enum" && arg.options !== undefined && !arg.options.includes(value)) {
    const why = `it is one of ${arg.options.join(", ")}`;
    throw usageError(`${token} cannot be "${value}"`, why, cc, command);
  }
  return value;
}

function toRaw(name: string, value: string | boolean): string {
  if (value === true) return `--${name}`;
  return value === false ? `--no-${name}` : `--${name}=${value}`;
}

function unknownOption({ token }: TypedOption, command: CliCommand | null, cc: string): Error {
  const names = optionNames(command?.args ?? {}, globalArgs(command));
  const meant = didYouMean(token, names);
  if (meant === null && command?.rest !== undefined) {
    const what = `${cc} ${command.name} has no option ${token}`;
    const next = `${cc} ${command.name} -- ${token}`;
    return usageError(what, `options for ${command.rest.name} stand after --: ${next}`, cc, command.name);
  }
  const why = meant === null ? `the options are ${names.join(", ")}` : `did you mean ${meant}?`;
  return usageError(`unknown option ${token}`, why, cc, command?.name ?? "");
}

function uselessUrl({ name, args }: CliCommand, cc: string): Error {
  const places = optionNames(args).filter((option) => option === "--host" || option === "--port");
  return usageError(`${cc} ${name} takes no --url`, `it listens where ${places.join(" and ")} say`, cc, name);
}

function checkPositionals(command: CliCommand, { positionals, next }: ReadArgv, cc: string): void {
  const wanted = positionalsOf(command.args);
  const missing = wanted.find(([, arg], index) => arg.required === true && positionals[index] === undefined);
  if (missing !== undefined) {
    const [name, arg] = missing;
    const what = `${cc} ${command.name} needs ${name.toUpperCase()}`;
    throw usageError(what, arg.description ?? "it was not given", cc, command.name);
  }
  const extra = positionals[wanted.length];
  if (extra === undefined || command.rest !== undefined) return;
  if (Object.keys(next).length > 0) throw unknownCommand(extra, next, cc, command.name);
  const count = wanted.length === 0 ? "no argument" : `${wanted.length} of them`;
  throw usageError(
    `unexpected argument "${extra}"`,
    `${cc} ${command.name} takes ${count}`,
    cc,
    command.name,
  );
}

function positionalsOf(args: CliArgs): [string, CliArg][] {
  return Object.entries(args).filter(([, arg]) => arg.type === "positional");
}
