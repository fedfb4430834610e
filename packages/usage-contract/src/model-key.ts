const DATE_SUFFIX = /-\d{8}$/;
const CONTEXT_SUFFIX = /\[1m\]$/;
const DASH_BETWEEN_DIGITS = /(?<=\d)-(?=\d)/g;

/**
 * Folds the spellings of one model into one key: lower case, no `[1m]`, no trailing `-YYYYMMDD`, and `.`
 * for a `-` between digits.
 *
 * @example
 * modelKey("Claude-Haiku-4-5-20251001[1m]"); // => "claude-haiku-4.5"
 */
export function modelKey(name: string): string {
  return isFolded(name) ? name : fold(name);
}

function fold(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(CONTEXT_SUFFIX, "")
    .replace(DATE_SUFFIX, "")
    .replace(DASH_BETWEEN_DIGITS, ".");
}

/** Most names are looked up already folded, several times a request: one look over the letters spares the patterns. */
function isFolded(name: string): boolean {
  let dashAfterDigit = false;
  let digit = false;
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    const isLower = code >= 97 && code <= 122;
    const isDigit = code >= 48 && code <= 57;
    // A date or a version behind a dash, and every sign that is rare in names, is left to the patterns.
    if ((isDigit && dashAfterDigit) || !(isLower || isDigit || code === 45 || code === 46)) return false;
    dashAfterDigit = code === 45 && digit;
    digit = isDigit;
  }
  return !hasDate(name);
}

/** `-YYYYMMDD` at the end; the dash need not follow a digit. */
function hasDate(name: string): boolean {
  return name.charCodeAt(name.length - 9) === 45 && DATE_SUFFIX.test(name);
}

/** Whether a catalog or quota key is a pattern (`*`, `?`) and not the name of one model. */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * Matches a model name against a case-insensitive glob (`*` any run, `?` one character). Both sides are folded
 * by {@link modelKey}, so `claude-haiku-4.5*` finds `claude-haiku-4-5-20251001`.
 */
export function matchesModel(pattern: string, name: string): boolean {
  return matchesFolded(foldPattern(pattern), modelKey(name));
}

/** A glob may end in `*` right after a digit run, so only its dashes are folded. */
function foldPattern(pattern: string): string {
  return isGlob(pattern) ? pattern.trim().toLowerCase().replace(DASH_BETWEEN_DIGITS, ".") : modelKey(pattern);
}

/** Linear-time glob: one backtrack point, so a hostile name cannot make it slow. */
function matchesFolded(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t]) && pattern[p] !== "*") {
      p += 1;
      t += 1;
    } else if (pattern[p] === "*") {
      star = p;
      p += 1;
      resume = t;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      t = resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

/**
 * Finds what applies to a model among keyed entries: an exact key first, wherever it stands, then the first glob.
 *
 * @param keyOf The key as the user wrote it.
 */
export function findForModel<T>(entries: readonly T[], keyOf: (entry: T) => string, name: string): T | null {
  const key = modelKey(name);
  const exact = entries.find((entry) => !isGlob(keyOf(entry)) && modelKey(keyOf(entry)) === key);
  return exact ?? entries.find((entry) => isGlob(keyOf(entry)) && matchesModel(keyOf(entry), name)) ?? null;
}
