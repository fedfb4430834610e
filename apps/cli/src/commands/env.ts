import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { evalHint, exportLine, SHELLS, type Shell, shellOf } from "../view/shell-exports.ts";
import { sayCredentials } from "./credential-notes.ts";

const args: CliArgs = {
  shell: {
    type: "enum",
    options: [...SHELLS],
    valueHint: "SHELL",
    description: `${SHELLS.join(", ")} (else $SHELL)`,
  },
  unset: { type: "boolean", description: "lines that take it back" },
};

export const envCommand: CliCommand = {
  name: "env",
  summary: "lines that point this shell's agents at the gateway",
  args,
  notes: [
    'eval "$({cc} env)" in bash and zsh, {cc} env | source in fish; hints go to stderr',
    "sets ANTHROPIC_BASE_URL alone: a token or key beside it would replace a claude.ai login",
    "asks no gateway: while it is down, agents of this shell cannot connect",
  ],
  run: runEnv,
};

async function runEnv(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, client, cc, say } = session;
  const shell = readShell(input, session);
  const unset = input.flag("unset");
  deps.stdout.write(exportLine(shell, "ANTHROPIC_BASE_URL", unset ? null : client.url));
  // Only a person who looks at the lines needs to be told what they are for.
  if (deps.stdout.isTTY === true) {
    const option = input.text("shell") === null ? "" : ` --shell ${shell}`;
    await say.note(`take it over: ${evalHint(shell, `${cc} env${unset ? " --unset" : ""}${option}`)}`);
  }
  if (!unset) await sayCredentials(session);
  return EXIT.ok;
}

function readShell(input: CliInput, { deps, cc }: Session): Shell {
  const named = SHELLS.find((shell) => shell === input.text("shell"));
  const shell = named ?? shellOf(deps.env.SHELL);
  if (shell !== null) return shell;
  throw usageError(
    `lines for ${deps.env.SHELL} are not known here`,
    `name one that it understands: --shell ${SHELLS.join(", ")}`,
    cc,
    "env",
  );
}
