import { basename, resolve } from "node:path";
import {
  type ConfigKind,
  type ConfigLocation,
  locateConfig,
  readCatalogAt,
  readQuotasAt,
} from "@ccp/provider-catalog/node";
import type { ConfigIssue } from "@ccp/usage-contract";
import { readSmallFile } from "@ccp/usage-store/node";
import type { CliInput } from "../args/cli-input.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { issueText } from "../render/issue.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { configPlace } from "./config-place.ts";

const args: CliArgs = {
  file: {
    type: "positional",
    required: false,
    valueHint: "FILE",
    description: "a providers or quotas file (else those in force)",
  },
  kind: {
    type: "enum",
    options: ["providers", "quotas"],
    valueHint: "KIND",
    description: "what FILE is: providers, quotas (else told by its name or content)",
  },
  json: { type: "boolean", description: "as JSON (ccp.config-check/1)" },
};

export const configCheckCommand: CliCommand = {
  name: "config check",
  summary: "say what is wrong with the files in force, or with FILE",
  args,
  notes: [
    "one line each: file:line:column path: message",
    "exit 0: can be used, warnings or not; 78: cannot",
  ],
  run: runConfigCheck,
};

interface Checked {
  readonly kind: ConfigKind;
  /** As it was typed; `null` for the built-in values. */
  readonly file: string | null;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  readonly holds: string;
}

async function runConfigCheck(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, cc } = session;
  const file = input.text("file");
  const checked = file === null ? inForce(input, session) : [namedFile(file, input, session)];
  if (input.flag("json")) {
    const files = checked.map(({ holds: _, ...one }) => ({ ...one, ok: one.issues.length === 0 }));
    deps.stdout.write(`${safeJson(JSON.stringify({ schema: "ccp.config-check/1", files }, null, 2))}\n`);
  } else {
    for (const one of checked) deps.stdout.write(checkedText(one));
  }
  const broken = checked.filter(({ issues }) => issues.length > 0);
  if (broken.length === 0) return EXIT.ok;
  const count = broken.reduce((sum, { issues }) => sum + issues.length, 0);
  throw new CliError({
    what: `${broken.map((one) => safeText(one.file ?? one.kind)).join(" and ")} cannot be used`,
    why: `${count} ${count === 1 ? "issue" : "issues"}`,
    next: `mend it, then: ${[cc, "config check", ...(file === null ? [] : [safeText(file)])].join(" ")}`,
    exitCode: EXIT.config,
  });
}

function checkedText({ kind, file, issues, warnings, holds }: Checked): string {
  if (file === null) return `${kind}: built in, ${holds}\n`;
  const lines = [
    ...issues.map((issue) => issueText(file, issue)),
    ...warnings.map((warning) => `${issueText(file, warning)} (warning)`),
    ...(issues.length === 0 ? [`${safeText(file)}: ok, ${holds}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function inForce(input: CliInput, session: Session): Checked[] {
  const kinds: readonly ConfigKind[] = ["providers", "quotas"];
  const wanted = kinds.filter((kind) => (input.text("kind") ?? kind) === kind);
  return wanted.map((kind) => {
    const location = locateConfig(kind, configPlace(session));
    return check(kind, location.path, location);
  });
}

function namedFile(file: string, input: CliInput, { deps }: Session): Checked {
  const path = resolve(deps.cwd, file);
  const kind = input.text("kind") ?? kindOf(path);
  const location: ConfigLocation = { path, source: "user", variable: null, tried: [path] };
  return check(kind === "quotas" ? "quotas" : "providers", file, location);
}

/** By its name; else by what only a catalog can hold. A file that cannot be read is told of by the check. */
function kindOf(path: string): ConfigKind {
  const name = basename(path).toLowerCase();
  if (name.includes("quota")) return "quotas";
  if (name.includes("provider")) return "providers";
  const read = readSmallFile(path);
  if (read.kind !== "text") return "providers";
  return /^\s*["']?(providers|routes)["']?\s*:/m.test(read.text) ? "providers" : "quotas";
}

function check(kind: ConfigKind, file: string | null, location: ConfigLocation): Checked {
  if (kind === "providers") {
    const { catalog, issues, warnings } = readCatalogAt(location);
    const holds = `${catalog.lanes.length} lanes, ${catalog.routes.length} routes`;
    return { kind, file, issues, warnings, holds };
  }
  const { config, issues, warnings } = readQuotasAt(location);
  const models = config.models.length;
  const pools = config.pools.length;
  const holds = `${models} ${models === 1 ? "model" : "models"}, ${pools} ${pools === 1 ? "pool" : "pools"}`;
  return { kind, file, issues, warnings, holds };
}
