import type { CliCommand } from "../cli-command.ts";
import { GatewayDownError } from "../client/gateway-down-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { readStdin } from "../node/read-stdin.ts";
import type { Session } from "../session.ts";

export const statuslinePrintCommand: CliCommand = {
  name: "statusline print",
  summary: "print the line for the JSON on stdin",
  args: {},
  notes: [
    "Claude Code itself runs curl, which is faster; see: {cc} statusline install --dry-run",
    "while the gateway is down it says so and ends with 0: Claude Code shows nothing after any other code",
  ],
  run: (_input, session) => printLine(session),
};

async function printLine({ client, deps, look }: Session): Promise<ExitCode> {
  const { columns, color } = look();
  // At a terminal, or from nowhere: what a session without any word of itself would see.
  const input = (await readStdin())?.trim() || "{}";
  deps.stdout.write(`${await lineOrDown(() => client.statusline(input, { columns, color }))}\n`);
  return EXIT.ok;
}

async function lineOrDown(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GatewayDownError) return "ccp: gateway down";
    throw error;
  }
}
