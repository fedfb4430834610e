const MAX_CHARS = 300;

/**
 * An upstream's words, fit for a terminal and a log line: blanks and line ends become one space, control, format
 * and half characters are removed, and at most 300 characters stay.
 *
 * @returns `null` when nothing is left.
 */
export function plainText(text: string | null): string | null {
  if (text === null) return null;
  // A hostile body may be large; nothing behind this mark can come into the first 300 characters of a real one.
  const clean = text
    .slice(0, 10 * MAX_CHARS)
    .replace(/\s+/gu, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "")
    .trim();
  const short = clean.slice(0, MAX_CHARS).replace(/\p{Cs}$/u, "");
  return short === "" ? null : short;
}
