import { GLOBAL_ARGS } from "../args/global-args.ts";
import { aliasesOf } from "../args/option-names.ts";
import type { CliArg, CliArgs, CliCommand, CommandEntry } from "../cli-command.ts";
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
          ...section("usage", [[`${cc} COMMAND [options]`, ""]]),
          ...section("commands", summaries(commands)),
          ...section("options", optionPairs(GLOBAL_ARGS)),
          [],
          [span(`${cc} COMMAND --help`), span("  tells more about a command", "dim")],
        ]
      : commandHelp(command, cc);
  return paintLines(lines, look);
}

function commandHelp(command: CliCommand, cc: string): Line[] {
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
  return [
    [span(`cc ${command.name}`, "bold"), span(`  ${command.summary}`)],
    ...section("usage", [[usage, ""]]),
    ...section("arguments", pairs),
    ...section("commands", summaries(command.subCommands ?? {})),
    ...section("options", [...optionPairs(command.args), ...optionPairs(GLOBAL_ARGS)]),
    ...section(
      "notes",
      (command.notes ?? []).map((note): Pair => [note.replaceAll("{cc}", cc), ""]),
    ),
  ];
}

function summaries(commands: Readonly<Record<string, CommandEntry>>): Pair[] {
  return Object.entries(commands).flatMap(([name, { summary, hidden }]): Pair[] =>
    hidden === true ? [] : [[name, summary]],
  );
}

function section(title: string, pairs: readonly Pair[]): Line[] {
  if (pairs.length === 0) return [];
  const width = Math.max(...pairs.map(([left]) => textWidth(left)));
  const rows = pairs.map(([left, right]): Line => [span(`  ${padEnd(left, width)}  `), span(right, "dim")]);
  return [[], [span(title, "bold")], ...rows];
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
