import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliCommand } from "../cli-command.ts";
import { schemaText } from "../config/schema-text.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";

export const configSchemaCommand: CliCommand = {
  name: "config schema",
  summary: "JSON Schema (draft-07) of a file, for editors",
  args: {
    kind: {
      type: "positional",
      required: true,
      valueHint: "providers|quotas",
      description: "providers or quotas",
    },
  },
  notes: [
    "# yaml-language-server: $schema=./providers.schema.json as the first line of a YAML file names it",
  ],
  run: runConfigSchema,
};

async function runConfigSchema(input: CliInput, { deps, cc }: Session): Promise<ExitCode> {
  const kind = input.text("kind");
  if (kind !== "providers" && kind !== "quotas") {
    throw usageError(`there is no schema of ${kind}`, "providers and quotas have one", cc, "config schema");
  }
  deps.stdout.write(schemaText(kind));
  return EXIT.ok;
}
