import { existsSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { locateConfig } from "@ccp/provider-catalog/node";
import { ANTHROPIC_LANE, type LaneId, laneId } from "@ccp/usage-contract/core";
import type { CliInput } from "../args/cli-input.ts";
import { didYouMean } from "../args/did-you-mean.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { catalogYaml } from "../config/catalog-yaml.ts";
import { type KnownLane, knownLanes, planCatalog } from "../config/plan-catalog.ts";
import { QUOTAS_TEXT } from "../config/quotas-text.ts";
import { schemaText } from "../config/schema-text.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { writeWhole } from "../node/write-whole.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { configPlace } from "./config-place.ts";

const args: CliArgs = {
  lane: {
    type: "string",
    valueHint: "LANE",
    multiple: true,
    description: "a lane to write; several times, or with commas",
  },
  yes: {
    type: "boolean",
    description: "do not ask; without --lane: anthropic and the lanes whose key is set here",
  },
  force: { type: "boolean", description: "write over files that are there; the old ones are kept as .bak" },
};

export const configInitCommand: CliCommand = {
  name: "config init",
  summary: "write a catalog and a quota file; asks which lanes",
  args,
  notes: [
    "writes providers.yaml, quotas.json and their schemas to $XDG_CONFIG_HOME/ccp (~/.config/ccp)",
    "never writes a key: a lane names the variable that holds one",
    "without a terminal: --yes",
  ],
  run: runConfigInit,
};

async function runConfigInit(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps } = session;
  const dir = userDir(session);
  const force = input.flag("force");
  if (!force) refuseExisting(dir, session);
  const lanes = await chooseLanes(input, session);
  const files = [
    ["providers.schema.json", schemaText("providers")],
    ["quotas.schema.json", schemaText("quotas")],
    ["quotas.json", QUOTAS_TEXT],
    ["providers.yaml", catalogYaml(planCatalog(lanes))],
  ] as const;
  for (const [name, text] of files) {
    const path = join(dir, name);
    write(path, text, { keep: force && !name.endsWith(".schema.json") }, session);
    deps.stdout.write(`wrote ${safeText(path)}\n`);
  }
  await sayNext(lanes, dir, session);
  return EXIT.ok;
}

/** The user's folder is looked at before the checkout's, so what is written there is used. */
function userDir(session: Session): string {
  const env = { XDG_CONFIG_HOME: session.deps.env.XDG_CONFIG_HOME };
  const [first = ""] = locateConfig("providers", { ...configPlace(session), env }).tried;
  return dirname(first);
}

const NAMES = ["providers.yaml", "providers.yml", "quotas.json", "quotas.yaml", "quotas.yml"];

/** Any spelling counts: a new quotas.json would silently take the place of a quotas.yaml. */
function refuseExisting(dir: string, { cc }: Session): void {
  const there = NAMES.map((name) => join(dir, name)).filter((path) => existsSync(path));
  if (there.length === 0) return;
  throw new CliError({
    what: "nothing was written",
    why: `${there.map(safeText).join(" and ")} ${there.length === 1 ? "is" : "are"} there already`,
    next: `${cc} config show, or write over it: ${cc} config init --force`,
    exitCode: EXIT.failed,
  });
}

function write(path: string, text: string, { keep }: { readonly keep: boolean }, { cc }: Session): void {
  try {
    if (keep && existsSync(path)) renameSync(path, `${path}.bak`);
    writeWhole(path, text);
  } catch (error) {
    throw new CliError({
      what: `${safeText(path)} cannot be written`,
      why: safeText(error instanceof Error ? error.message : String(error)),
      next: `make the folder writable, then: ${cc} config init`,
      exitCode: EXIT.failed,
    });
  }
}

async function chooseLanes(input: CliInput, session: Session): Promise<readonly LaneId[]> {
  const { deps, cc } = session;
  const named = input
    .list("lane")
    .flatMap((text) => text.split(","))
    .map((name) => laneId(name.trim()));
  for (const lane of named) checkLane(lane, session);
  if (named.length > 0) return named;
  const usual = usualLanes(session);
  if (input.flag("yes")) return usual;
  const choices = knownLanes().map((lane) => ({ value: lane.id, hint: laneHint(lane, session) }));
  const chosen = await deps.choose?.("Which lanes do you have?", choices, usual, deps.signal);
  if (chosen !== undefined && chosen !== null) return chosen;
  const why = `there is no terminal to ask at: ${cc} config init --yes --lane anthropic --lane zai`;
  throw usageError("init needs --yes here", why, cc, "config init");
}

function laneHint({ id, keyEnv, baseUrl }: KnownLane, session: Session): string {
  if (id === ANTHROPIC_LANE) return `${baseUrl}, with your own login`;
  if (keyEnv === null) return baseUrl;
  return `${baseUrl}, ${keyEnv} ${isSet(keyEnv, session) ? "is set" : "is not set"}`;
}

function checkLane(lane: LaneId, { cc }: Session): void {
  const known = knownLanes().map(({ id }) => id);
  if (known.includes(lane)) return;
  const meant = didYouMean(lane, known);
  const why = meant === null ? `the lanes are ${known.join(", ")}` : `did you mean ${meant}?`;
  throw usageError(`there is no lane "${lane}" to write`, why, cc, "config init");
}

/** Anthropic works with the client's own login; the others where a key is there. */
function usualLanes(session: Session): LaneId[] {
  return knownLanes().flatMap(({ id, keyEnv }) =>
    id === ANTHROPIC_LANE || (keyEnv !== null && isSet(keyEnv, session)) ? [id] : [],
  );
}

function isSet(name: string, { deps }: Session): boolean {
  return (deps.env[name] ?? "").trim() !== "";
}

async function sayNext(lanes: readonly LaneId[], dir: string, session: Session): Promise<void> {
  const { say, cc } = session;
  const missing = knownLanes().flatMap(({ id, keyEnv }) =>
    lanes.includes(id) && id !== ANTHROPIC_LANE && keyEnv !== null && !isSet(keyEnv, session) ? [keyEnv] : [],
  );
  if (missing.length > 0) await say.note(`set where the gateway runs: ${missing.join(", ")}`);
  for (const kind of ["providers", "quotas"] as const) {
    const { path, variable } = locateConfig(kind, configPlace(session));
    if (variable !== null && path !== null && dirname(path) !== dir) {
      await say.warn(`${variable} names ${safeText(path)}: the gateway will read that, not what was written`);
    }
  }
  await say.note(`next: ${cc} start, or restart the gateway; ${cc} config show tells what is in force`);
}
