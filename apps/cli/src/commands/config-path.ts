import { existsSync } from "node:fs";
import { type ConfigKind, locateConfig } from "@ccp/provider-catalog/node";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { type FoundConfig, renderConfigPath } from "../render/config-path.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { configPlace } from "./config-place.ts";

export const configPathCommand: CliCommand = {
  name: "config path",
  summary: "which files are used, and where they were looked for",
  args: { json: { type: "boolean", description: "as JSON (ccp.config-path/1)" } },
  notes: [
    "as a gateway started from this shell would look; the first file found is taken whole",
    "CCP_PROVIDERS_FILE and CCP_QUOTAS_FILE name a file that is the only one looked at",
  ],
  run: runConfigPath,
};

const KINDS: readonly ConfigKind[] = ["providers", "quotas"];

async function runConfigPath(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps } = session;
  const found = KINDS.map((kind): FoundConfig => {
    const location = locateConfig(kind, configPlace(session));
    return { kind, location, missing: location.path !== null && !existsSync(location.path) };
  });
  if (input.flag("json")) {
    const files = Object.fromEntries(
      found.map(({ kind, location, missing }) => [kind, { ...location, missing }]),
    );
    deps.stdout.write(`${safeJson(JSON.stringify({ schema: "ccp.config-path/1", ...files }, null, 2))}\n`);
  } else {
    deps.stdout.write(renderConfigPath(found, session.look()));
  }
  return EXIT.ok;
}
