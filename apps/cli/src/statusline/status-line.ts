import { memberText, removeMember, setMember } from "./edit-member.ts";

export const STATUS_LINE = "statusLine";
const EMPTY = "{}\n";

/**
 * What Claude Code runs for its status line. curl answers in a few milliseconds, where starting this program would take
 * fifty; and it is run several times a second.
 *
 * @param url Of the gateway, without a trailing slash.
 */
export function statusCommand(url: string): string {
  const target = `"${url}/v1/statusline?columns=$COLUMNS"`;
  return `curl -sf --max-time 1 --data-binary @- ${target} || printf 'ccp: gateway down'`;
}

/** The settings with our status line. */
export function withStatusLine(text: string | null, url: string): string {
  const value = { type: "command", command: statusCommand(url), padding: 0, refreshInterval: 5 };
  return setMember(text ?? EMPTY, STATUS_LINE, JSON.stringify(value, null, 2));
}

/** The settings with the status line that stood there before, or with none. */
export function withoutStatusLine(text: string, previous: string | null): string {
  return previous === null ? removeMember(text, STATUS_LINE) : setMember(text, STATUS_LINE, previous);
}

export interface InstalledLine {
  /** JSON as it was typed. */
  readonly text: string;
  /** It asks a gateway, this one or another. */
  readonly isOurs: boolean;
}

/** The status line of the settings; `null` where there is none. */
export function installedLine(text: string | null): InstalledLine | null {
  const found = text === null ? null : memberText(text, STATUS_LINE);
  if (found === null) return null;
  const value: unknown = JSON.parse(found);
  const command =
    typeof value === "object" && value !== null && "command" in value ? String(value.command) : "";
  return { text: found, isOurs: command.includes("/v1/statusline") };
}
