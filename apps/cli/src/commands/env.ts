import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { atUrl } from "../view/at-url.ts";
import {
  evalHint,
  exportLine,
  SHELLS,
  type Shell,
  shellOf,
  tokenInHeaders,
  tokenLine,
} from "../view/shell-exports.ts";
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
    "with CCP_CLIENT_TOKEN also x-ccp-token in ANTHROPIC_CUSTOM_HEADERS, beside headers of one's own",
    "asks no gateway: while it is down, agents of this shell cannot connect",
  ],
  run: runEnv,
};

async function runEnv(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, client, cc, say, settings } = session;
  const shell = readShell(input, session);
  const unset = input.flag("unset");
  deps.stdout.write(exportLine(shell, "ANTHROPIC_BASE_URL", unset ? null : client.url));
  if (unset) await takeTokenBack(shell, session);
  else if (settings.clientToken !== null) {
    deps.stdout.write(tokenLine(shell, deps.env.ANTHROPIC_CUSTOM_HEADERS));
  }
  // Only a person who looks at the lines needs to be told what they are for.
  if (deps.stdout.isTTY === true) {
    const at = unset ? "" : atUrl(client.url, deps.env);
    const option = input.text("shell") === null ? "" : ` --shell ${shell}`;
    await say.note(`take it over: ${evalHint(shell, `${cc} env${unset ? " --unset" : ""}${option}${at}`)}`);
  }
  if (!unset) await sayCredentials(session);
  return EXIT.ok;
}

/** Headers of one's own stay: which of the lines are those, the shell cannot say. */
async function takeTokenBack(shell: Shell, { deps, say }: Session): Promise<void> {
  const token = tokenInHeaders(deps.env.ANTHROPIC_CUSTOM_HEADERS);
  if (token === "alone") deps.stdout.write(exportLine(shell, "ANTHROPIC_CUSTOM_HEADERS", null));
  else if (token === "beside others") {
    await say.note(
      "ANTHROPIC_CUSTOM_HEADERS still has x-ccp-token, beside other headers: take that line out",
    );
  }
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
