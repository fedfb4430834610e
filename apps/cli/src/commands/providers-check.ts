import { resolve } from "node:path";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { issueText } from "../render/issue.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";

export const providersCheckCommand: CliCommand = {
  name: "providers check",
  summary: "say what is wrong with a catalog file",
  args: {
    file: { type: "positional", required: true, description: "a providers.yaml" },
    json: { type: "boolean", description: "as JSON (ccp.check/1)" },
  },
  notes: ["exit 0: the file can be used, warnings or not; 78: it cannot"],
  run: checkProviders,
};

async function checkProviders(input: CliInput, session: Session): Promise<ExitCode> {
  const { readCatalogAt } = await import("@ccp/provider-catalog/node");
  const file = input.text("file") ?? "";
  const path = resolve(session.deps.cwd, file);
  const { catalog, issues, warnings } = readCatalogAt({
    path,
    source: "user",
    variable: null,
    tried: [path],
  });
  const usable = issues.length === 0;
  const { stdout } = session.deps;
  if (input.flag("json")) {
    const value = { schema: "ccp.check/1", file, ok: usable, issues, warnings };
    stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    for (const issue of issues) stdout.write(`${issueText(file, issue)}\n`);
    for (const warning of warnings) stdout.write(`${issueText(file, warning)} (warning)\n`);
    if (usable) stdout.write(`${file}: ok, ${catalog.lanes.length} lanes, ${catalog.routes.length} routes\n`);
  }
  if (usable) return EXIT.ok;
  throw new CliError({
    what: `${file} cannot be used`,
    why: `${issues.length} ${issues.length === 1 ? "issue" : "issues"}`,
    next: `mend the file, then: ${session.cc} providers check ${file}`,
    exitCode: EXIT.config,
  });
}
