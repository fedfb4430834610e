import { usageError } from "../args/usage-error.ts";
import type { CliCommand } from "../cli-command.ts";

export const dbCommand: CliCommand = {
  name: "db",
  summary: "the history database: what is in it, out of it, into it",
  args: {},
  subCommands: {
    status: {
      summary: "where it is, what it holds, and whether it is well",
      load: async () => (await import("./db-status.ts")).dbStatusCommand,
    },
    export: {
      summary: "exchanges or sums as CSV",
      load: async () => (await import("./db-export.ts")).dbExportCommand,
    },
    import: {
      summary: "exchanges of a usage log",
      load: async () => (await import("./db-import.ts")).dbImportCommand,
    },
  },
  run: async (_input, { cc }) => {
    throw usageError(`${cc} db needs to know what to do`, "it can do status, export and import", cc, "db");
  },
};
