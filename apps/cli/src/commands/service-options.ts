import type { CliArgs } from "../cli-command.ts";

export const MANAGER_ARGS: CliArgs = {
  manager: {
    type: "enum",
    options: ["systemd", "launchd"],
    valueHint: "systemd|launchd",
    description: "else what this system has",
  },
};

export const DRY_RUN_ARGS: CliArgs = {
  ...MANAGER_ARGS,
  "dry-run": { type: "boolean", description: "show what would be done, and do nothing" },
};
