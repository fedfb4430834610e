/** C0, DEL, C1, and the invisible characters that turn or hide text. Line breaks are among them. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text from outside, made fit for a terminal: a model's name or an upstream's message must not move the cursor,
 * set a title, or forge a line.
 */
export function safeText(text: string): string {
  return text.replace(UNSAFE, "");
}

/** JSON already escapes C0; some terminals obey C1 and the direction marks as well. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE, (character) => (character === "\n" ? character : escapeUnits(character)));
}

function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
