import { readQuotas } from "@ccp/provider-catalog/node";
import { ENVIRONMENT } from "@ccp/usage-contract/core";
import type { CliInput } from "../args/cli-input.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { renderConfig, type ShownSetting } from "../render/config.ts";
import { issueText } from "../render/issue.ts";
import { renderProviders } from "../render/providers.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { configPlace } from "./config-place.ts";
import { shellCatalog } from "./provider-catalog.ts";

const args: CliArgs = {
  json: { type: "boolean", description: "as JSON (ccp.config/1); keys only as set or missing" },
};

export const configShowCommand: CliCommand = {
  name: "config show",
  summary: "everything in force: settings, lanes, routes, caps",
  args,
  notes: [
    "as a gateway started from this shell would have it; keys and tokens only as set or missing",
    "exit 78 when a file is broken: shown are then the values that stand in for it",
  ],
  run: runConfigShow,
};

async function runConfigShow(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, look } = session;
  // Never the gateway's own: the rest that is shown here is this shell's, too.
  const read = await shellCatalog(session);
  const quotas = readQuotas(configPlace(session));
  const settings = shownSettings(session);
  if (input.flag("json")) {
    const { providers, routes } = read;
    const value = {
      schema: "ccp.config/1",
      environment: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
      catalog: {
        path: read.path,
        source: read.source,
        providers,
        routes,
        issues: read.issues,
        warnings: read.warnings,
      },
      quotas: {
        path: quotas.path,
        source: quotas.source,
        ...quotas.file,
        issues: quotas.issues,
        warnings: quotas.warnings,
      },
    };
    deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    deps.stdout.write(
      `${renderProviders(read, read.path, look())}\n${renderConfig(quotas, settings, look())}`,
    );
  }
  const broken = [read, quotas].filter(({ issues }) => issues.length > 0);
  for (const { path, issues } of broken) {
    for (const issue of issues) deps.stderr.write(`${issueText(path ?? "?", issue)}\n`);
  }
  if (broken.length === 0) return EXIT.ok;
  throw new CliError({
    what: `${broken.map(({ path }) => safeText(path ?? "?")).join(" and ")} cannot be used`,
    why: "a gateway routes nothing by a broken catalog, and has no cap by a broken quota file",
    next: `${session.cc} config check`,
    exitCode: EXIT.config,
  });
}

/** What this shell sets. Secrets have no value here. */
function shownSettings({ deps }: Session): ShownSetting[] {
  return ENVIRONMENT.flatMap(({ name, secret }) => {
    const value = deps.env[name]?.trim() ?? "";
    return value === "" ? [] : [{ name, value: secret ? "(set)" : value }];
  });
}
