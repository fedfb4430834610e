import { GLOBAL_ARGS, globalArgs } from "../args/global-args.ts";
import { aliasesOf } from "../args/option-names.ts";
import type { CliArg, CliArgs, CliCommand, CommandEntry } from "../cli-command.ts";
import { wrapText } from "./facts.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { padEnd, textWidth } from "./text-width.ts";

type Pair = readonly [string, string];

/**
 * Help for one command, or for `cc` itself.
 *
 * @param command `null`: `cc` itself.
 * @param cc How this command is called here.
 */
export function renderHelp(
  command: CliCommand | null,
  commands: Readonly<Record<string, CommandEntry>>,
  cc: string,
  look: Look,
): string {
  const lines =
    command === null
      ? [
          [span("ccp", "bold"), span("  quota-aware gateway for coding agents")],
          ...section("usage", [[`${cc} COMMAND [options]`, ""]], look),
          ...section("commands", summaries(commands), look),
          ...section("options", optionPairs(GLOBAL_ARGS), look),
          [],
          [span(`${cc} COMMAND --help`), span("  tells more about a command", "dim")],
        ]
      : commandHelp(command, cc, look);
  return paintLines(lines, look);
}

function commandHelp(command: CliCommand, cc: string, look: Look): Line[] {
  const positionals = Object.entries(command.args).filter(([, arg]) => arg.type === "positional");
  const words = positionals.map(([name, arg]) => positionalWord(name, arg));
  const { rest } = command;
  const usage = [
    cc,
    command.name,
    ...words,
    "[options]",
    ...(rest === undefined ? [] : [rest.word ?? "[-- ...]"]),
  ].join(" ");
  const pairs = [
    ...positionals.map(([name, arg]): Pair => [name.toUpperCase(), arg.description ?? ""]),
    ...(rest === undefined ? [] : [[rest.word ?? "...", rest.description] as const]),
  ];
  const notes = (command.notes ?? []).map((note): Pair => [note.replaceAll("{cc}", cc), ""]);
  return [
    ...titleLines(`cc ${command.name}`, command.summary, look),
    ...section("usage", [[usage, ""]], look),
    ...section("arguments", pairs, look),
    ...section("commands", summaries(command.subCommands ?? {}), look),
    ...section("options", [...optionPairs(command.args), ...optionPairs(globalArgs(command))], look),
    ...section("notes", notes, look),
  ];
}

function summaries(commands: Readonly<Record<string, CommandEntry>>): Pair[] {
  return Object.entries(commands).flatMap(([name, { summary, hidden }]): Pair[] =>
    hidden === true ? [] : [[name, summary]],
  );
}

function section(title: string, pairs: readonly Pair[], look: Look): Line[] {
  if (pairs.length === 0) return [];
  const width = Math.max(...pairs.map(([left]) => textWidth(left)));
  return [[], [span(title, "bold")], ...pairs.flatMap((pair) => pairLines(pair, width, look))];
}

/** Where less is left for the right side it goes on lines of its own. */
const MIN_RIGHT = 24;

/** `left  right`; what does not fit goes on below, for half a sentence may say the opposite of the whole one. */
function pairLines([left, right]: Pair, width: number, { columns }: Look): Line[] {
  if (right === "" && textWidth(left) <= columns - 2) return [[span(`  ${left}`)]];
  if (right === "") return hanging(wrapText(left, columns - 4), "  ", "    ");
  const room = columns - width - 4;
  if (room < MIN_RIGHT) {
    return [[span(`  ${left}`)], ...hanging(dim(wrapText(right, columns - 6)), "      ", "      ")];
  }
  const [first = [], ...more] = dim(wrapText(right, room));
  return [
    [span(`  ${padEnd(left, width)}  `), ...first],
    ...hanging(more, " ".repeat(width + 4), " ".repeat(width + 4)),
  ];
}

function titleLines(name: string, summary: string, { columns }: Look): Line[] {
  const blank = " ".repeat(textWidth(name));
  const [first = [], ...more] = wrapText(summary, columns - textWidth(name) - 2);
  return [[span(name, "bold"), span("  "), ...first], ...hanging(more, `${blank}  `, `${blank}  `)];
}

function hanging(lines: readonly Line[], first: string, later: string): Line[] {
  return lines.map((line, index) => [span(index === 0 ? first : later), ...line]);
}

function dim(lines: readonly Line[]): Line[] {
  return lines.map((line) => line.map(({ text }) => span(text, "dim")));
}

function positionalWord(name: string, arg: CliArg): string {
  return arg.required === true ? name.toUpperCase() : `[${name.toUpperCase()}]`;
}

function optionPairs(args: CliArgs): Pair[] {
  return Object.entries(args)
    .filter(([, arg]) => arg.type !== "positional")
    .map(([name, arg]) => [optionWord(name, arg), arg.description ?? ""]);
}

function optionWord(name: string, arg: CliArg): string {
  const short = aliasesOf(arg).map((alias) => `-${alias}, `);
  if (arg.type === "boolean") return `${short.join("")}--${name}`;
  const value = arg.valueHint ?? "VALUE";
  return `${short.join("")}--${name}${arg.optionalValue === true ? `[=${value}]` : ` ${value}`}`;
}
