import type { CliCommand } from "../cli-command.ts";
import { statuslinePrintCommand } from "./statusline-print.ts";

export const statuslineCommand: CliCommand = {
  ...statuslinePrintCommand,
  name: "statusline",
  summary: "one line for Claude Code: lane, windows, resets",
  subCommands: {
    install: {
      summary: "make it Claude Code's status line",
      load: async () => (await import("./statusline-install.ts")).statuslineInstallCommand,
    },
    uninstall: {
      summary: "put the one from before back",
      load: async () => (await import("./statusline-uninstall.ts")).statuslineUninstallCommand,
    },
    print: {
      summary: "print the line for the JSON on stdin (as without a command)",
      load: async () => statuslinePrintCommand,
    },
  },
};
