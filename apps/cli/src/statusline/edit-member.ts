import { type JsonMember, type JsonScan, scanJson } from "./scan-json.ts";

type Scanned = Extract<JsonScan, { success: true }>;

/**
 * The text with one member of the outermost object set; everything else stays as it was typed. A new member stands
 * first, so that no other line changes.
 *
 * @param valueText JSON, as it is to stand there; its lines are indented to fit.
 * @throws {RangeError} When the text is no JSON object: ask {@link scanJson} before.
 */
export function setMember(text: string, key: string, valueText: string): string {
  const scanned = scanOrThrow(text);
  const { gap, lineStart } = layout(text, scanned);
  const value = valueText.replaceAll("\n", lineStart);
  const member = lastOf(scanned, key);
  if (member !== null) return text.slice(0, member.valueStart) + value + text.slice(member.valueEnd);
  const { open, members } = scanned;
  const head = text.slice(0, open + 1);
  const entry = `${lineStart}${JSON.stringify(key)}:${gap}${value}`;
  if (members.length > 0) return `${head}${entry},${text.slice(open + 1)}`;
  return `${head}${entry}${lineStart === "" ? "" : "\n"}${text.slice(scanned.close)}`;
}

/** The text without one member of the outermost object, and without the comma that it leaves behind. */
export function removeMember(text: string, key: string): string {
  const scanned = scanOrThrow(text);
  const index = scanned.members.findLastIndex((member) => member.key === key);
  const member = scanned.members[index];
  if (member === undefined) return text;
  const next = scanned.members[index + 1];
  if (next !== undefined) return text.slice(0, member.keyStart) + text.slice(next.keyStart);
  const before = scanned.members[index - 1];
  const start = before === undefined ? scanned.open + 1 : before.valueEnd;
  const rest = before === undefined ? text.slice(scanned.close) : text.slice(member.valueEnd);
  return text.slice(0, start) + rest;
}

/** JSON of one member's value as it was typed, without the indent of its lines; `null` where it does not stand. */
export function memberText(text: string, key: string): string | null {
  const scanned = scanOrThrow(text);
  const member = lastOf(scanned, key);
  if (member === null) return null;
  const { lineStart } = layout(text, scanned);
  const raw = text.slice(member.valueStart, member.valueEnd);
  return lineStart === "" ? raw : raw.replaceAll(lineStart, "\n");
}

function scanOrThrow(text: string): Scanned {
  const scanned = scanJson(text);
  if (!scanned.success) throw new RangeError(`no JSON object: expected ${scanned.expected}`);
  return scanned;
}

/** Of two members with one name the last one counts, for every reader of JSON. */
function lastOf({ members }: Scanned, key: string): JsonMember | null {
  return members.findLast((member) => member.key === key) ?? null;
}

/** How the file is laid out: what stands before a member of the outermost object, and behind its colon. */
function layout(text: string, { members, open, close }: Scanned) {
  const [first] = members;
  if (first === undefined) {
    return { lineStart: text.slice(open + 1, close).includes("\n") || open === 0 ? "\n  " : "", gap: " " };
  }
  const before = text.slice(open + 1, first.keyStart);
  const lineBreak = before.lastIndexOf("\n");
  const gap = text.slice(first.keyStart, first.valueStart).endsWith(" ") ? " " : "";
  return { lineStart: lineBreak < 0 ? "" : before.slice(lineBreak), gap };
}
