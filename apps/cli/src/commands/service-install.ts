import { basename } from "node:path";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import { callText, isUsable, readOrNull, runCall, writeFiles } from "../service/manage.ts";
import { type ServiceManager, serviceManager } from "../service/service-manager.ts";
import { ENV_FILE_TEXT } from "../service/unit-text.ts";
import type { Session } from "../session.ts";
import { DRY_RUN_ARGS } from "./service-options.ts";

export const serviceInstallCommand: CliCommand = {
  name: "service install",
  summary: "write the service, start it, and start it at each login",
  args: DRY_RUN_ARGS,
  notes: [
    "keys go into ~/.config/ccp/env, which is made for you alone and never touched again",
    "a service that runs as it should is left alone; a changed one is started anew, streams first end",
    "where no service manager answers, as in containers, the files are written and the commands are told",
  ],
  run: install,
};

async function install(input: CliInput, session: Session): Promise<ExitCode> {
  const manager = serviceManager(input.text("manager"), session);
  if (input.flag("dry-run")) return tellFiles(manager, session);
  const { stdout } = session.deps;
  const { unitChanged, envCreated } = writeFiles(manager);
  stdout.write(`${unitChanged ? "wrote" : "unchanged"} ${safeText(manager.unitPath)}\n`);
  if (envCreated) stdout.write(`wrote ${safeText(manager.envFile)} (0600): put your keys there\n`);
  for (const warning of manager.warnings) await session.say.warn(warning);
  await verify(manager, session);
  if (!(await isUsable(manager, session))) return tellCommands(manager, session);
  await startService(manager, unitChanged, session);
  for (const hint of manager.hints) await session.say.note(hint);
  return EXIT.ok;
}

function tellFiles({ unitPath, unitText, envFile, start }: ServiceManager, { deps }: Session): ExitCode {
  const env = readOrNull(envFile) === null ? [[`${envFile} (0600)`, ENV_FILE_TEXT]] : [];
  const files = [[unitPath, unitText], ...env].map(
    ([path = "", text = ""]) => `== ${safeText(path)}\n${text}\n`,
  );
  const commands = start.map((call) => `${safeText(callText(call))}\n`);
  deps.stdout.write([...files, "== then\n", ...commands].join(""));
  return EXIT.ok;
}

/**
 * What the checker says of this unit is worth knowing and stops nothing: an older system does not know newer settings.
 * It warns with exit code 0 as well, and of other units of the system, too.
 */
async function verify({ verify: call, unitPath }: ServiceManager, session: Session): Promise<void> {
  const checked = call === null ? null : await runCall(call, session);
  const lines = (checked?.text ?? "").split("\n").filter((line) => line.includes(basename(unitPath)));
  if (checked?.code === 0 && call?.file === "plutil") return;
  for (const line of lines) await session.say.warn(safeText(line));
}

async function tellCommands({ name, start }: ServiceManager, { deps, say }: Session): Promise<ExitCode> {
  await say.warn(`${name} does not answer here, so nothing was started. Where it does, run:`);
  deps.stdout.write(start.map((call) => `  ${safeText(callText(call))}\n`).join(""));
  return EXIT.ok;
}

async function startService(
  { name, start, isRunning }: ServiceManager,
  unitChanged: boolean,
  session: Session,
): Promise<void> {
  const { stdout } = session.deps;
  const runs = async () => (await runCall(isRunning, session))?.code === 0;
  if (!unitChanged && (await runs())) {
    stdout.write("it runs already\n");
    return;
  }
  for (const call of start) {
    const ran = await runCall(call, session);
    // An agent that was not loaded cannot be unloaded first.
    if (ran?.code === 0 || call.args.includes("bootout")) continue;
    throw new CliError({
      what: `${name} did not start the service`,
      why: safeText(`${callText(call)}: ${ran?.text.trim().split("\n")[0] || `ended with ${ran?.code}`}`),
      next: `mend that, then: ${session.cc} service install`,
      exitCode: EXIT.failed,
    });
  }
  stdout.write("started\n");
}
