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

const HEADERS = "ANTHROPIC_CUSTOM_HEADERS";
const TOKEN_HEADER = "x-ccp-token";

/**
 * A line that makes agents of the shell send the client token, by the name of its variable: what is printed holds no
 * secret. Empty where they send a token already.
 *
 * @param headers What the shell has in ANTHROPIC_CUSTOM_HEADERS: one header a line, kept.
 */
export function tokenLine(shell: Shell, headers: string | undefined): string {
  if (headerLines(headers).some(isToken)) return "";
  const before = headerLines(headers).length === 0 ? [] : [`$${HEADERS}`, `$env:${HEADERS}`];
  const [posix = "", pwsh = ""] = before.map((value) => `${value}\n`);
  switch (shell) {
    case "bash":
    case "zsh":
      return `export ${HEADERS}="${posix}${TOKEN_HEADER}: $CCP_CLIENT_TOKEN"\n`;
    case "fish":
      return `set -gx ${HEADERS} "${posix}${TOKEN_HEADER}: $CCP_CLIENT_TOKEN";\n`;
    case "pwsh":
      return `$env:${HEADERS} = "${pwsh}${TOKEN_HEADER}: $env:CCP_CLIENT_TOKEN"\n`;
    default:
      shell satisfies never;
      return "";
  }
}

/** What the shell's ANTHROPIC_CUSTOM_HEADERS say of the client token. */
export function tokenInHeaders(headers: string | undefined): "none" | "alone" | "beside others" {
  const lines = headerLines(headers);
  if (!lines.some(isToken)) return "none";
  return lines.every(isToken) ? "alone" : "beside others";
}

function headerLines(headers: string | undefined): string[] {
  return (headers ?? "").split("\n").filter((line) => line.trim() !== "");
}

function isToken(line: string): boolean {
  return line.split(":", 1)[0]?.trim().toLowerCase() === TOKEN_HEADER;
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
