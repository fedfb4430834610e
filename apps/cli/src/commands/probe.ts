import { usageError } from "../args/usage-error.ts";
import type { CliCommand } from "../cli-command.ts";

export const probeCommand: CliCommand = {
  name: "probe",
  summary: "find out where a plan's hidden limit lies",
  args: {},
  subCommands: {
    glm: {
      summary: "probe a GLM coding plan; a dry run unless --spend",
      load: async () => (await import("./probe-glm.ts")).probeGlmCommand,
    },
  },
  run: async (_input, { cc }) => {
    throw usageError(`${cc} probe needs a plan`, "the plans are glm", cc, "probe");
  },
};
