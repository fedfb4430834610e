import { existsSync, rmSync } from "node:fs";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import { callText, isUsable, runCall } from "../service/manage.ts";
import { type ServiceManager, serviceManager } from "../service/service-manager.ts";
import type { Session } from "../session.ts";
import { DRY_RUN_ARGS } from "./service-options.ts";

export const serviceUninstallCommand: CliCommand = {
  name: "service uninstall",
  summary: "stop the service and remove it",
  args: DRY_RUN_ARGS,
  notes: ["~/.config/ccp/env stays, since it holds your keys; so do catalog, quotas and state"],
  run: uninstall,
};

async function uninstall(input: CliInput, session: Session): Promise<ExitCode> {
  const manager = serviceManager(input.text("manager"), session);
  const { stdout } = session.deps;
  if (!existsSync(manager.unitPath)) {
    stdout.write("no service is installed; nothing was changed\n");
    return EXIT.ok;
  }
  if (input.flag("dry-run")) {
    const calls = [...manager.stop.map(callText), `rm ${manager.unitPath}`, ...manager.forget.map(callText)];
    stdout.write(calls.map((call) => `${safeText(call)}\n`).join(""));
    return EXIT.ok;
  }
  await remove(manager, session);
  stdout.write(`removed ${safeText(manager.unitPath)}\n`);
  if (existsSync(manager.envFile)) await session.say.note(`${manager.envFile} stays: it may hold keys`);
  return EXIT.ok;
}

async function remove(manager: ServiceManager, session: Session): Promise<void> {
  const usable = await isUsable(manager, session);
  if (usable) for (const call of manager.stop) await tellFailure(call, session);
  else await session.say.warn(`${manager.name} does not answer here: a gateway that runs was not stopped`);
  rmSync(manager.unitPath, { force: true });
  if (usable) for (const call of manager.forget) await tellFailure(call, session);
}

/** The file goes in any case: a service that cannot be stopped now must not come back at the next login. */
async function tellFailure(call: ServiceManager["probe"], session: Session): Promise<void> {
  const ran = await runCall(call, session);
  if (ran?.code === 0) return;
  await session.say.warn(
    `${callText(call)}: ${ran?.text.trim().split("\n")[0] || `ended with ${ran?.code}`}`,
  );
}
