import type { UsageEvent } from "@ccp/usage-contract";
import { eventFault } from "./event-fault.ts";

/**
 * Why a line is no event: `blank`, `nul` (a block of zero bytes, as file systems leave behind after a power cut),
 * `not_json` (garbage, or a line whose end was never written), `not_event` (JSON of another shape).
 */
export type SkipReason = "blank" | "nul" | "not_json" | "not_event";

export type DecodedLine =
  | { readonly kind: "event"; readonly event: UsageEvent }
  /** `path` names the first field at fault of a `not_event`, e.g. `status`. */
  | {
      readonly kind: "skip";
      readonly reason: SkipReason;
      readonly path: string | null;
    };

function skip(reason: SkipReason, path: string | null = null): DecodedLine {
  return { kind: "skip", reason, path };
}

/** Zero bytes or a byte order mark in front of a line belong to what went wrong before it. */
function trimStart(line: string): string {
  let at = 0;
  while (at < line.length && (line.charCodeAt(at) === 0 || line.charCodeAt(at) === 0xfeff)) at += 1;
  return at === 0 ? line : line.slice(at);
}

/**
 * Reads one line of `usage.jsonl`, with or without its line end (LF or CRLF). Never throws. Keys that this version
 * does not know are kept: a newer writer put them there.
 */
export function decodeLine(line: string): DecodedLine {
  const text = trimStart(line);
  if (text.trim() === "") return skip(text.length < line.length ? "nul" : "blank");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return skip("not_json");
  }
  const fault = eventFault(value);
  if (fault === null) return { kind: "event", event: value as UsageEvent };
  return skip("not_event", fault === "" ? null : fault);
}
