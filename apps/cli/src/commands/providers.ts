import type { CliInput } from "../args/cli-input.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import type { ExitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { catalogJson, loadCatalog, sayCatalogIssues } from "./provider-catalog.ts";

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
    test: {
      summary: "see whether a lane can be reached; spends nothing",
      load: async () => (await import("./providers-test.ts")).providersTestCommand,
    },
    reload: {
      summary: "make the gateway read its catalog again",
      load: async () => (await import("./providers-reload.ts")).providersReloadCommand,
    },
    check: {
      summary: "say what is wrong with a catalog file",
      load: async () => (await import("./providers-check.ts")).providersCheckCommand,
    },
  },
  notes: [
    "keys are those of the running gateway; while none answers, those of this shell. Only their names are shown",
    "exit 78 when the catalog file is broken: the gateway then routes nothing until it is mended",
  ],
  run: listProviders,
};

async function listProviders(input: CliInput, session: Session): Promise<ExitCode> {
  const loaded = await loadCatalog(session);
  const { providers, routes, issues, warnings } = loaded;
  if (input.flag("json")) {
    const where = catalogJson(loaded, session);
    const value = { schema: "ccp.providers/1", ...where, providers, routes, issues, warnings };
    session.deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    const { renderProviders } = await import("../render/providers.ts");
    const holder = { from: loaded.from, url: session.client.url };
    session.deps.stdout.write(renderProviders(loaded, loaded.path, session.look(), holder));
  }
  return sayCatalogIssues(loaded, session);
}
