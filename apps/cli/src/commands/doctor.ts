import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { examine } from "../doctor/examine.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { renderDoctor } from "../render/doctor.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { logClockAheadMs } from "../store/gateway-folders.ts";

export const doctorCommand: CliCommand = {
  name: "doctor",
  summary: "find what is wrong, and say how to mend it",
  args: {
    live: { type: "boolean", description: "ask each lane for its models, too: free, by the gateway's key" },
    json: { type: "boolean", description: "as JSON (ccp.doctor/1)" },
  },
  notes: [
    "fit to paste into a bug report: it shows names of variables, never a value that is secret",
    "exit 0: nothing FAILs; 1: something does. Nothing is changed, and without --live nothing leaves this machine",
  ],
  findsFaults: true,
  run: runDoctor,
};

async function runDoctor(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, look } = session;
  const checks = await examine(input.flag("live"), session);
  const failed = checks.some(({ state }) => state === "fail");
  const { platform, arch, version: node } = process;
  const ts = (deps.nowMs() + (await logClockAheadMs(false, session))) / 1000;
  const about = { version: deps.version, node, platform, arch, ts };
  if (input.flag("json")) {
    const value = { schema: "ccp.doctor/1", ...about, ok: !failed, checks };
    deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    deps.stdout.write(renderDoctor(checks, about, look()));
  }
  return failed ? EXIT.failed : EXIT.ok;
}
