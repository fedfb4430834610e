import { join } from "node:path";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand, CommandEntry } from "../cli-command.ts";
import type { ScriptOptions } from "../completion/script-options.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";

type Script = (options: ScriptOptions) => string;

const args: CliArgs = {
  name: { type: "string", valueHint: "NAME", description: "what you type (ccp)" },
};

/** How each shell takes its script over. */
const SHELLS: Readonly<Record<string, { readonly load: () => Promise<Script>; readonly use: string }>> = {
  bash: {
    load: async () => (await import("../completion/bash-script.ts")).bashScript,
    use: "source <(COMMAND completion bash)    in ~/.bashrc",
  },
  zsh: {
    load: async () => (await import("../completion/zsh-script.ts")).zshScript,
    use: "source <(COMMAND completion zsh)     in ~/.zshrc, behind compinit",
  },
  fish: {
    load: async () => (await import("../completion/fish-script.ts")).fishScript,
    use: "COMMAND completion fish > ~/.config/fish/completions/ccp.fish",
  },
  powershell: {
    load: async () => (await import("../completion/powershell-script.ts")).powershellScript,
    use: "COMMAND completion powershell | Out-String | Invoke-Expression    in $PROFILE",
  },
};

const names = Object.keys(SHELLS);

export const completionCommand: CliCommand = {
  name: "completion",
  summary: "a script that lets the tab key complete commands, options and values",
  args: {},
  subCommands: Object.fromEntries(names.map((shell) => [shell, shellEntry(shell)])),
  notes: names.map((shell) => (SHELLS[shell]?.use ?? "").replace("COMMAND", "ccp")),
  run: async (_input, { cc }) => {
    throw usageError(`${cc} completion needs a shell`, `it is one of ${names.join(", ")}`, cc, "completion");
  },
};

function shellEntry(shell: string): CommandEntry {
  const summary = `the script for ${shell}`;
  return {
    summary,
    load: async () => ({
      name: `completion ${shell}`,
      summary,
      args,
      notes: [
        (SHELLS[shell]?.use ?? "").replace("COMMAND", "ccp"),
        "lanes and models come from the gateway; while it is down, from the files it would read",
      ],
      run: (input: CliInput, session: Session) => printScript(shell, input, session),
    }),
  };
}

async function printScript(shell: string, input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, cc, say } = session;
  const script = await SHELLS[shell]?.load();
  if (script === undefined) return EXIT.failed;
  const name = input.text("name") ?? "ccp";
  if (!/^[A-Za-z][\w.-]{0,40}$/.test(name)) {
    throw usageError(`--name cannot be "${name}"`, "it is the name of a command", cc, `completion ${shell}`);
  }
  const launcher = deps.checkoutDir === null ? null : join(deps.checkoutDir, "apps", "cli", "bin", "cc.mjs");
  // zsh sees through an alias, and looks for what stands behind it.
  deps.stdout.write(
    script({ names: launcher === null ? [name] : [name, "cc.mjs"], program: launcher ?? name }),
  );
  if (launcher !== null && deps.stdout.isTTY === true) {
    await say.note(`npx itself is not completed; give the command a name: alias ${name}=${launcher}`);
  }
  return EXIT.ok;
}
