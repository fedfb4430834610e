import { usageError } from "../args/usage-error.ts";
import type { CliCommand } from "../cli-command.ts";

export const importCommand: CliCommand = {
  name: "import",
  summary: "count usage of the same plan that did not pass the gateway",
  args: {},
  subCommands: {
    claude: {
      summary: "from Claude Code's own transcripts",
      load: async () => (await import("./import-claude.ts")).importClaudeCommand,
    },
  },
  run: async (_input, { cc }) => {
    throw usageError(`${cc} import needs a source`, "the sources are claude", cc, "import");
  },
};
