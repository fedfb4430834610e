import type { CliCommand } from "../cli-command.ts";
import { EXIT } from "../exit-code.ts";

export const doctorCommand: CliCommand = { name: "doctor", summary: "", args: {}, run: async () => EXIT.ok };
