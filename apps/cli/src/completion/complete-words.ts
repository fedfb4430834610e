import { GLOBAL_ARGS, globalArgs } from "../args/global-args.ts";
import { findOption } from "../args/option-names.ts";
import type { CliArg, CliArgs, CliCommand, CommandEntry } from "../cli-command.ts";
import { completeValue } from "./complete-value.ts";
import type { Candidate, Completion, ValueSources } from "./completion.ts";

type Tree = Readonly<Record<string, CommandEntry>>;

/** The line up to the cursor, as far as it is understood. */
interface ReadSoFar {
  readonly command: CliCommand | null;
  /** Commands that could follow. */
  readonly level: Tree;
  /** Names of the options that stand there already. */
  readonly given: ReadonlySet<string>;
  readonly positionals: number;
  /** The option whose value is the word under the cursor. */
  readonly pending: { readonly name: string; readonly arg: CliArg } | null;
  /** Behind `--`. */
  readonly ended: boolean;
}

const NOTHING: Completion = { candidates: [], files: "none" };

/**
 * What could stand in place of the last word. Loads the file of the command that the line names, and no other.
 *
 * @param words Behind the program's name; the last one is under the cursor, and may be empty.
 */
export async function completeWords(
  words: readonly string[],
  tree: Tree,
  sources: ValueSources,
): Promise<Completion> {
  const word = words.at(-1) ?? "";
  const read = await readBefore(words.slice(0, -1), tree);
  if (read.ended) return read.command?.rest === undefined ? NOTHING : { candidates: [], files: "files" };
  if (read.pending !== null) return completeValue(read.pending.name, read.pending.arg, word, "", sources);
  const equals = word.indexOf("=");
  if (word.startsWith("--") && equals > 0) {
    const known = findOption(word.slice(0, equals), ...argsOf(read));
    if (known === null || known.negated || known.arg.type === "boolean") return NOTHING;
    return completeValue(known.name, known.arg, word.slice(equals + 1), word.slice(0, equals + 1), sources);
  }
  if (word.startsWith("-")) return { candidates: options(read, word), files: "none" };
  return completeArgument(read, word, sources);
}

async function readBefore(words: readonly string[], tree: Tree): Promise<ReadSoFar> {
  let command: CliCommand | null = null;
  let level = tree;
  let positionals = 0;
  let pending: ReadSoFar["pending"] = null;
  const given = new Set<string>();
  for (const word of words) {
    if (pending !== null) pending = null;
    else if (word === "--") return { command, level, given, positionals, pending, ended: true };
    else if (word.startsWith("-") && word !== "-") {
      const known = findOption(word.split("=", 1)[0] ?? word, command?.args ?? {}, GLOBAL_ARGS);
      if (known === null) continue;
      if (known.arg.multiple !== true) given.add(known.name);
      const takesNext =
        known.arg.type !== "boolean" && known.arg.optionalValue !== true && !word.includes("=");
      if (takesNext) pending = known;
    } else {
      const entry: CommandEntry | undefined =
        positionals === 0 && Object.hasOwn(level, word) ? level[word] : undefined;
      if (entry === undefined) positionals += 1;
      else {
        command = await entry.load();
        level = command.subCommands ?? {};
      }
    }
  }
  return { command, level, given, positionals, pending, ended: false };
}

function argsOf({ command }: ReadSoFar): CliArgs[] {
  return [command?.args ?? {}, globalArgs(command)];
}

function options(read: ReadSoFar, word: string): Candidate[] {
  const own = read.command?.args ?? {};
  return Object.entries({ ...globalArgs(read.command), ...own }).flatMap(([name, arg]): Candidate[] => {
    if (arg.type === "positional" || read.given.has(name)) return [];
    // Colours are the one thing that is switched off as often as on.
    const names = name === "color" ? [`--${name}`, `--no-${name}`] : [`--${name}`];
    return names
      .filter((one) => one.startsWith(word))
      .map((value) => ({ value, description: arg.description ?? "" }));
  });
}

/** A command that may follow, or a value of the next positional argument. */
async function completeArgument(read: ReadSoFar, word: string, sources: ValueSources): Promise<Completion> {
  const commands = read.positionals > 0 ? [] : Object.entries(read.level);
  const candidates = commands
    .filter(([name, { hidden }]) => hidden !== true && name.startsWith(word))
    .map(([value, { summary }]) => ({ value, description: summary }));
  const positional = Object.entries(read.command?.args ?? {}).filter(([, arg]) => arg.type === "positional")[
    read.positionals
  ];
  if (positional === undefined) {
    return { candidates, files: read.command?.rest === undefined ? "none" : "files" };
  }
  const values = await completeValue(...positional, word, "", sources);
  return { candidates: [...candidates, ...values.candidates], files: values.files };
}
