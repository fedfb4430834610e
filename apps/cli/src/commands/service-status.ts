import { existsSync } from "node:fs";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { fact, renderFacts } from "../render/facts.ts";
import { paintLines, type Tone } from "../render/line.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { isUsable, readOrNull, runCall } from "../service/manage.ts";
import { type ServiceManager, serviceManager } from "../service/service-manager.ts";
import type { Session } from "../session.ts";
import { MANAGER_ARGS } from "./service-options.ts";

export const serviceStatusCommand: CliCommand = {
  name: "service status",
  summary: "whether it is installed and runs",
  args: { ...MANAGER_ARGS, json: { type: "boolean", description: "as JSON (ccp.service/1)" } },
  notes: ["exit 0: it runs; 1: it does not"],
  run: tellStatus,
};

interface ServiceStatus {
  readonly installed: boolean;
  /** The unit is what an installation would write now. */
  readonly current: boolean;
  /** `null` where the manager does not answer. */
  readonly running: boolean | null;
  /** Whether a gateway answers where this command looks, by whomever it was started. */
  readonly gateway: boolean;
}

async function tellStatus(input: CliInput, session: Session): Promise<ExitCode> {
  const manager = serviceManager(input.text("manager"), session);
  const status = await readStatus(manager, session);
  const { stdout } = session.deps;
  if (input.flag("json")) {
    const { name, unitPath, envFile } = manager;
    const value = { schema: "ccp.service/1", manager: name, unit: unitPath, env_file: envFile, ...status };
    stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    stdout.write(renderStatus(manager, status, session));
  }
  return status.running === true ? EXIT.ok : EXIT.failed;
}

async function readStatus(manager: ServiceManager, session: Session): Promise<ServiceStatus> {
  const installed = existsSync(manager.unitPath);
  const usable = await isUsable(manager, session);
  return {
    installed,
    current: installed && readOrNull(manager.unitPath) === manager.unitText,
    running: usable ? (await runCall(manager.isRunning, session))?.code === 0 : null,
    gateway: await answers(session),
  };
}

async function answers({ client, deps }: Session): Promise<boolean> {
  try {
    await client.ready();
    return true;
  } catch (error) {
    if (deps.signal.aborted || !(error instanceof CliError)) throw error;
    return false;
  }
}

function renderStatus(manager: ServiceManager, status: ServiceStatus, session: Session): string {
  const { cc, client } = session;
  const install = `${cc} service install`;
  const [unit, unitTone]: [string, Tone] = !status.installed
    ? [`not installed: ${install}`, "warn"]
    : status.current
      ? ["installed", "ok"]
      : [`installed, and not as it would be now: ${install}`, "warn"];
  const [run, runTone]: [string, Tone] =
    status.running === null
      ? [`${manager.name} does not answer here`, "warn"]
      : status.running
        ? ["runs", "ok"]
        : ["does not run", "block"];
  const facts = [
    fact("service", [unit], unitTone),
    fact("unit", [safeText(manager.unitPath)]),
    fact("keys", [safeText(manager.envFile)]),
    fact("state", [run], runTone),
    fact("gateway", [`${status.gateway ? "answers" : "does not answer"} at ${safeText(client.url)}`]),
  ];
  return paintLines(renderFacts(facts, session.look()), session.look());
}
