/**
 * Whether JSON text holds a member of this name with a value other than `null`, at any depth. Finds the name by
 * `indexOf` and parses nothing: an unescaped `"usage"` cannot stand inside a JSON string.
 *
 * @param quotedName With its quotes: `'"usage"'`.
 */
export function mentionsValue(text: string, quotedName: string): boolean {
  for (let at = text.indexOf(quotedName); at !== -1; at = text.indexOf(quotedName, at + 1)) {
    const colon = skipBlanks(text, at + quotedName.length);
    if (text[colon] === ":" && !text.startsWith("null", skipBlanks(text, colon + 1))) return true;
  }
  return false;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}
