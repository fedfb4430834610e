import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { completeWords } from "../completion/complete-words.ts";
import { completionText } from "../completion/completion-text.ts";
import { createValueSources } from "../completion/value-sources.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";

export const completeCommand: CliCommand = {
  name: "complete",
  summary: "what could stand in place of the last word; for the scripts of ccp completion",
  args: {
    next: { type: "boolean", description: "an empty word follows: PowerShell cannot pass one" },
  },
  rest: { name: "the line", description: "the words behind the program's name" },
  run: runComplete,
};

async function runComplete(input: CliInput, session: Session): Promise<ExitCode> {
  const words = input.flag("next") ? [...input.rest, ""] : input.rest;
  const completion = await completeWords(words, session.commands, createValueSources(session));
  session.deps.stdout.write(completionText(completion));
  return EXIT.ok;
}
