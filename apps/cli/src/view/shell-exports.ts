import { fishQuoted, posixQuoted, pwshQuoted } from "./quoted.ts";

export const SHELLS = ["bash", "zsh", "fish", "pwsh"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * The shell behind `$SHELL`; `null` for one whose syntax is not known here. Without a name it is taken for one like
 * `sh`, which reads the same lines as bash.
 */
export function shellOf(path: string | undefined): Shell | null {
  const name =
    (path ?? "sh")
      .split("/")
      .at(-1)
      ?.replace(/\.exe$/i, "") ?? "";
  if (["", "sh", "bash", "dash", "ash", "ksh", "mksh", "busybox"].includes(name)) return "bash";
  if (name === "powershell") return "pwsh";
  return SHELLS.find((shell) => shell === name) ?? null;
}

/** A line that sets or (`null`) removes a variable for the shell and what it starts. Ends with a line end. */
export function exportLine(shell: Shell, name: string, value: string | null): string {
  switch (shell) {
    case "bash":
    case "zsh":
      return value === null ? `unset ${name}\n` : `export ${name}=${posixQuoted(value)}\n`;
    case "fish":
      return value === null ? `set -e ${name};\n` : `set -gx ${name} ${fishQuoted(value)};\n`;
    case "pwsh":
      return value === null
        ? `Remove-Item Env:${name} -ErrorAction SilentlyContinue\n`
        : `$env:${name} = ${pwshQuoted(value)}\n`;
    default:
      shell satisfies never;
      return "";
  }
}

/** How a person takes the lines over. */
export function evalHint(shell: Shell, command: string): string {
  switch (shell) {
    case "bash":
    case "zsh":
      return `eval "$(${command})"`;
    case "fish":
      return `${command} | source`;
    case "pwsh":
      return `${command} | Out-String | Invoke-Expression`;
    default:
      shell satisfies never;
      return command;
  }
}
