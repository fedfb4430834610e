import type { CliInput } from "../args/cli-input.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import type { ExitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { loadCatalog, sayCatalogIssues } from "./provider-catalog.ts";

const args: CliArgs = {
  json: { type: "boolean", description: "everything as JSON (ccp.providers/1)" },
};

export const providersCommand: CliCommand = {
  name: "providers",
  summary: "the provider catalog in force: lanes, keys and routes",
  args,
  subCommands: {
    list: {
      summary: "all lanes and routes (as without a command)",
      load: async () => ({ ...providersCommand, name: "providers list", subCommands: {} }),
    },
    show: {
      summary: "everything about one lane",
      load: async () => (await import("./providers-show.ts")).providersShowCommand,
    },
    check: {
      summary: "say what is wrong with a catalog file",
      load: async () => (await import("./providers-check.ts")).providersCheckCommand,
    },
  },
  notes: [
    "needs no gateway; keys are looked up in this shell, and only their names are shown",
    "exit 78 when the catalog file is broken: shown is then the built-in catalog, as the gateway would use it",
  ],
  run: listProviders,
};

async function listProviders(input: CliInput, session: Session): Promise<ExitCode> {
  const loaded = await loadCatalog(session);
  if (input.flag("json")) {
    const { schema, ...view } = loaded.view;
    const { path, source, issues, warnings } = loaded.read;
    const value = { schema, path, source, ...view, issues, warnings };
    session.deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    const { renderProviders } = await import("../render/providers.ts");
    session.deps.stdout.write(renderProviders(loaded.view, loaded.read.path, session.look()));
  }
  return sayCatalogIssues(loaded.read, session);
}
