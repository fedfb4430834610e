import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import type { ExitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { findProvider, routesOf } from "../view/find-provider.ts";
import { catalogJson, loadCatalog, sayCatalogIssues } from "./provider-catalog.ts";

export const providersShowCommand: CliCommand = {
  name: "providers show",
  summary: "everything about one lane",
  args: {
    name: {
      type: "positional",
      valueHint: "LANE",
      required: true,
      description: "the lane's name in the catalog",
    },
    json: { type: "boolean", description: "as JSON (ccp.provider/1)" },
  },
  run: showProvider,
};

async function showProvider(input: CliInput, session: Session): Promise<ExitCode> {
  const loaded = await loadCatalog(session);
  const { name, provider } = findProvider(input.text("name") ?? "", loaded, session.cc, "providers show");
  const routes = routesOf(name, loaded);
  if (input.flag("json")) {
    const value = { schema: "ccp.provider/1", ...catalogJson(loaded, session), name, ...provider, routes };
    session.deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    const { renderProvider } = await import("../render/provider.ts");
    // What the gateway's environment holds beside the key in force, it does not tell.
    const env = loaded.from === "shell" ? session.deps.env : null;
    session.deps.stdout.write(renderProvider(name, provider, routes, env, session.look()));
  }
  return sayCatalogIssues(loaded, session);
}
