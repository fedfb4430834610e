import { describe, expect, it } from "vitest";
import type { CliCommand, CommandEntry } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { checkArgs } from "./check-args.ts";
import { readArgv } from "./read-argv.ts";

function command(name: string, changes: Partial<CliCommand> = {}): CommandEntry {
  const full: CliCommand = { name, summary: name, args: {}, run: async () => 0, ...changes };
  return { summary: name, load: async () => full };
}

const TREE: Readonly<Record<string, CommandEntry>> = {
  quotas: command("quotas", {
    args: {
      json: { type: "boolean" },
      lane: { type: "string", valueHint: "LANE" },
      watch: { type: "string", optionalValue: true },
      kind: { type: "enum", options: ["a", "b"] },
      many: { type: "string", multiple: true },
      lines: { type: "string", alias: "n" },
    },
    subCommands: { reload: command("quotas reload") },
  }),
  show: command("show", {
    args: {
      name: { type: "positional", required: true, description: "a lane" },
      more: { type: "positional", required: false },
    },
  }),
};

async function parse(...argv: string[]) {
  const read = await readArgv(argv, TREE, "ccp");
  const { globals, rawArgs } = checkArgs(read, "ccp");
  return { name: read.command?.name ?? null, globals, rawArgs };
}

async function fault(...argv: string[]) {
  const error = await parse(...argv).catch((thrown: unknown) => thrown);
  if (!(error instanceof CliError)) throw new Error(`no error for ${argv.join(" ")}`);
  return [error.exitCode, error.message, error.why, error.next];
}

describe("a right command line", () => {
  it.each([
    [[], null, {}, ["--"]],
    [["quotas"], "quotas", {}, ["--"]],
    [["quotas", "--json"], "quotas", {}, ["--json", "--"]],
    [["quotas", "--json=false"], "quotas", {}, ["--no-json", "--"]],
    [["quotas", "--no-json"], "quotas", {}, ["--no-json", "--"]],
    [["quotas", "--lane", "zai"], "quotas", {}, ["--lane=zai", "--"]],
    [["quotas", "--lane=zai"], "quotas", {}, ["--lane=zai", "--"]],
    [["quotas", "--lane=a=b"], "quotas", {}, ["--lane=a=b", "--"]],
    [["quotas", "--watch", "--json"], "quotas", {}, ["--watch=", "--json", "--"]],
    [["quotas", "--watch=5"], "quotas", {}, ["--watch=5", "--"]],
    [["quotas", "--kind", "b"], "quotas", {}, ["--kind=b", "--"]],
    [["quotas", "--json", "--json"], "quotas", {}, ["--json", "--json", "--"]],
    [["quotas", "--many=a", "--many=b"], "quotas", {}, ["--many=a", "--many=b", "--"]],
    [["quotas", "--no-color", "--color"], "quotas", { color: true }, ["--"]],
    [["--no-color", "quotas"], "quotas", { color: false }, ["--"]],
    [["--url", "http://h", "quotas"], "quotas", { url: "http://h" }, ["--"]],
    [["quotas", "reload", "--ascii"], "quotas reload", { ascii: true }, ["--"]],
    [["show", "zai"], "show", {}, ["--", "zai"]],
    [["show", "--", "-odd"], "show", {}, ["--", "-odd"]],
    [["show", "-h"], "show", { help: true }, ["--"]],
    [["-v"], null, { version: true }, ["--"]],
  ])("%j", async (argv, name, globals, rawArgs) => {
    expect(await parse(...argv)).toEqual({ name, globals, rawArgs });
  });
});

describe("a wrong command line ends with 64 and a way out", () => {
  it.each([
    [["qoutas"], 'unknown command "qoutas"', 'did you mean "quotas"?', "ccp --help"],
    [["deploy"], 'unknown command "deploy"', "the commands are quotas, show", "ccp --help"],
    [["quotas", "relaod"], 'unknown command "quotas relaod"', 'did you mean "reload"?', "ccp quotas --help"],
    [["quotas", "--jsn"], "unknown option --jsn", "did you mean --json?", "ccp quotas --help"],
    [["quotas", "--no-lane"], "unknown option --no-lane", null, "ccp quotas --help"],
    [["quotas", "--lane"], "--lane needs a value", "--lane=<LANE>", "ccp quotas --help"],
    [["quotas", "--lane="], "--lane needs a value", "--lane=<LANE>", "ccp quotas --help"],
    [["quotas", "--lane", "--json"], "--lane needs a value", "--lane=<LANE>", "ccp quotas --help"],
    [["quotas", "--json=yes"], "--json takes no value", '"yes" was given', "ccp quotas --help"],
    [["quotas", "--kind=c"], '--kind cannot be "c"', "it is one of a, b", "ccp quotas --help"],
    [["quotas", "reload", "--json"], "unknown option --json", null, "ccp quotas reload --help"],
    [
      ["quotas", "reload", "x"],
      'unexpected argument "x"',
      "ccp quotas reload takes no argument",
      "ccp quotas reload --help",
    ],
    [["show"], "ccp show needs NAME", "a lane", "ccp show --help"],
    [["show", "a", "b", "c"], 'unexpected argument "c"', "ccp show takes 2 of them", "ccp show --help"],
    [["show", "a", "--", "b", "c"], 'unexpected argument "c"', "ccp show takes 2 of them", "ccp show --help"],
    [
      ["quotas", "--lane", "a", "--lane=b"],
      "--lane is given twice",
      'it takes one value, not "a" and "b"',
      "ccp quotas --help",
    ],
    [
      ["quotas", "--watch", "--watch=5"],
      "--watch is given twice",
      'it takes one value, not none and "5"',
      "ccp quotas --help",
    ],
    [
      ["quotas", "-n", "1", "--lines=1"],
      "--lines is given twice",
      'it takes one value, not "1" and "1"',
      "ccp quotas --help",
    ],
    [
      ["--url", "http://a", "quotas", "--url=http://b"],
      "--url is given twice",
      'it takes one value, not "http://a" and "http://b"',
      "ccp quotas --help",
    ],
    [["quotas", "--jsn", "80"], "unknown option --jsn", "did you mean --json?", "ccp quotas --help"],
    [["-x"], "unknown option -x", null, "ccp --help"],
    [["--\u001b[31mevil"], "unknown option --[31mevil", null, "ccp --help"],
  ])("%j", async (argv, what, why, next) => {
    const [code, ...told] = await fault(...argv);
    expect(code).toBe(64);
    expect(told).toEqual([what, why ?? expect.stringContaining("the options are"), next]);
  });
});
