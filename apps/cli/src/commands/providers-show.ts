import { laneId } from "@ccp/usage-contract";
import type { CliInput } from "../args/cli-input.ts";
import { didYouMean } from "../args/did-you-mean.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliCommand } from "../cli-command.ts";
import type { ExitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { loadCatalog, sayCatalogIssues } from "./provider-catalog.ts";

export const providersShowCommand: CliCommand = {
  name: "providers show",
  summary: "everything about one lane",
  args: {
    name: { type: "positional", required: true, description: "the lane's name in the catalog" },
    json: { type: "boolean", description: "as JSON (ccp.provider/1)" },
  },
  run: showProvider,
};

async function showProvider(input: CliInput, session: Session): Promise<ExitCode> {
  const { read, view } = await loadCatalog(session);
  const name = laneId(input.text("name") ?? "");
  const provider = Object.hasOwn(view.providers, name) ? view.providers[name] : undefined;
  if (provider === undefined) {
    const known = Object.keys(view.providers);
    const meant = didYouMean(name, known);
    const why = meant === null ? `the lanes are ${known.join(", ")}` : `did you mean ${meant}?`;
    throw usageError(`the catalog has no lane "${name}"`, why, session.cc, "providers show");
  }
  const routes = view.routes.filter((route) => route.provider === name || route.fallback.includes(name));
  if (input.flag("json")) {
    const value = { schema: "ccp.provider/1", path: read.path, name, ...provider, routes };
    session.deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    const { renderProvider } = await import("../render/provider.ts");
    session.deps.stdout.write(renderProvider(name, provider, routes, session.deps.env, session.look()));
  }
  return sayCatalogIssues(read, session);
}
