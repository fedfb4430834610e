import type { CliCommand } from "../cli-command.ts";
import { serviceStatusCommand } from "./service-status.ts";

export const serviceCommand: CliCommand = {
  ...serviceStatusCommand,
  name: "service",
  summary: "keep the gateway running: systemd --user or launchd",
  subCommands: {
    install: {
      summary: "write the service, start it, and start it at each login",
      load: async () => (await import("./service-install.ts")).serviceInstallCommand,
    },
    uninstall: {
      summary: "stop the service and remove it",
      load: async () => (await import("./service-uninstall.ts")).serviceUninstallCommand,
    },
    status: {
      summary: "whether it is installed and runs (as without a command)",
      load: async () => serviceStatusCommand,
    },
  },
};
