import type { CliInput } from "../args/cli-input.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";

const args: CliArgs = {
  json: { type: "boolean", description: "everything as JSON (ccp.calibration/1); ratios are 0 to 1" },
};

export const calibrationCommand: CliCommand = {
  name: "calibration",
  summary: "what was learned about plans: gaps, bias, thresholds",
  args,
  subCommands: {
    show: {
      summary: "all models, pools and lanes (as without a command)",
      load: async () => ({ ...calibrationCommand, name: "calibration show", subCommands: {} }),
    },
    reset: {
      summary: "forget what was learned",
      load: async () => (await import("./calibration-reset.ts")).calibrationResetCommand,
    },
  },
  notes: [
    "GAP calculated minus declared reset; BIAS share of the configured cap at which the plan really ends",
    "AUTO is the threshold in force from CONF 0.50 on; before that CFG",
    "1% IS counted tokens that one percent of a declared window has been; RISES how often it was seen to rise",
    "% OF A MILLION TOKENS in 233.8: a million input tokens take 233.8 % of the window; write and read are of the cache",
  ],
  run: showCalibration,
};

async function showCalibration(input: CliInput, session: Session): Promise<ExitCode> {
  const { client, deps, look, say, cc } = session;
  const view = await client.calibration();
  if (input.flag("json")) {
    const value = { schema: "ccp.calibration/1", url: client.url, ...view };
    deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
    return EXIT.ok;
  }
  const { renderCalibration } = await import("../render/calibration.ts");
  deps.stdout.write(renderCalibration(view, client.url, look()));
  if (Object.keys(view.models).length === 0) {
    await say.note(
      `no model is configured or has been seen. Caps go into the quota file: ${cc} config path names it`,
    );
  }
  return EXIT.ok;
}
