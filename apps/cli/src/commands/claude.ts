import type { CliInput } from "../args/cli-input.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../exit-code.ts";
import { findFile, findProgram } from "../node/find-program.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { atUrl } from "../view/at-url.ts";
import { sayCredentials } from "./credential-notes.ts";

const args: CliArgs = {
  bin: {
    type: "string",
    valueHint: "FILE",
    description: "the program to start (else CCP_CLAUDE_BIN, else claude in PATH)",
  },
};

export const claudeCommand: CliCommand = {
  name: "claude",
  summary: "run Claude Code through the gateway",
  args,
  rest: { name: "Claude Code", description: "words for Claude Code; those that begin with - stand after --" },
  notes: [
    "{cc} claude -- -p 'hello'; everything after -- is passed on as it is",
    "sets ANTHROPIC_BASE_URL for that process only, and x-ccp-token where CCP_CLIENT_TOKEN is set",
    "exit 69 when the gateway is down, else what Claude Code ends with",
    "Remote Control is off in Claude Code behind a base URL of one's own",
  ],
  run: runClaude,
};

const INSTALL = "npm install --global @anthropic-ai/claude-code";
/** What a shell answers for a command that it does not find. */
const NOT_FOUND = 127;
/** And for one that it cannot start: its interpreter is missing, it is for another machine. */
const NOT_STARTED = 126;

async function runClaude(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps } = session;
  const file = findClaude(input, session);
  await checkGateway(session);
  await sayCredentials(session);
  try {
    return await deps.run(file, input.rest, claudeEnvironment(session));
  } catch (error) {
    throw new CliError({
      what: `${safeText(file)} could not be started`,
      why: safeText(error instanceof Error ? error.message : String(error)),
      next: INSTALL,
      exitCode: NOT_STARTED,
    });
  }
}

function findClaude(input: CliInput, session: Session): string {
  const { deps, cc, settings } = session;
  const places = { path: deps.env.PATH, cwd: deps.cwd };
  const named = input.text("bin") ?? settings.claudeBin;
  const file = findProgram(named ?? "claude", places);
  if (file !== null) return file;
  if (named !== null && findFile(named, places) !== null) throw notRunnable(named, session);
  throw new CliError({
    what: named === null ? "Claude Code is not installed" : `${safeText(named)} cannot be run`,
    why: named === null ? "there is no program claude in PATH" : "there is no such program",
    next: named === null ? `${INSTALL}, or name it: ${cc} claude --bin FILE` : `${cc} claude --bin FILE`,
    exitCode: NOT_FOUND,
  });
}

function notRunnable(named: string, { cc }: Session): CliError {
  return new CliError({
    what: `${safeText(named)} cannot be started`,
    why: "it is there, and is no program that may be run",
    next: `chmod +x it, or name another: ${cc} claude --bin FILE`,
    exitCode: NOT_STARTED,
  });
}

/**
 * Without the gateway Claude Code would only fail to connect, or, started without the address, spend the plan unseen.
 *
 * @throws {CliError} When nothing, or something else, answers.
 */
async function checkGateway({ client, say, cc, deps }: Session): Promise<void> {
  const { error, providers } = await client.ready();
  if (error !== undefined) await say.warn(`the gateway is not ready: ${safeText(error)}`);
  else if (!Object.values(providers).some(({ ok }) => ok)) {
    await say.warn(
      `no lane of the gateway can be used; ${cc} status${atUrl(client.url, deps.env)} tells why`,
    );
  }
}

function claudeEnvironment({
  deps,
  client,
  settings,
}: Session): Readonly<Record<string, string | undefined>> {
  const env = { ...deps.env, ANTHROPIC_BASE_URL: client.url };
  if (settings.clientToken === null) return env;
  const headers = [deps.env.ANTHROPIC_CUSTOM_HEADERS, `x-ccp-token: ${settings.clientToken}`];
  return {
    ...env,
    ANTHROPIC_CUSTOM_HEADERS: headers.filter((line) => (line ?? "").trim() !== "").join("\n"),
  };
}
