import { usageError } from "../args/usage-error.ts";
import type { CliCommand } from "../cli-command.ts";

export const configCommand: CliCommand = {
  name: "config",
  summary: "catalog and quota files: where they are, and what is in them",
  args: {},
  subCommands: {
    init: {
      summary: "write a catalog and a quota file; asks which lanes",
      load: async () => (await import("./config-init.ts")).configInitCommand,
    },
    check: {
      summary: "say what is wrong with the files in force, or with FILE",
      load: async () => (await import("./config-check.ts")).configCheckCommand,
    },
    show: {
      summary: "everything in force: settings, lanes, routes, caps",
      load: async () => (await import("./config-show.ts")).configShowCommand,
    },
    path: {
      summary: "which files are used, and where they were looked for",
      load: async () => (await import("./config-path.ts")).configPathCommand,
    },
    schema: {
      summary: "providers | quotas: JSON Schema for editors",
      load: async () => (await import("./config-schema.ts")).configSchemaCommand,
    },
  },
  run: async (_input, { cc }) => {
    throw usageError(
      `${cc} config needs to know what to do`,
      "init, check, show, path or schema",
      cc,
      "config",
    );
  },
};
