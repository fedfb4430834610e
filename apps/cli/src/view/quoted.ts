const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word of bash, zsh or sh. */
export function posixQuoted(value: string): string {
  return PLAIN.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** One word of fish, which knows two escapes inside single quotes. */
export function fishQuoted(value: string): string {
  return PLAIN.test(value) ? value : `'${value.replace(/[\\']/g, "\\$&")}'`;
}

/** A text of PowerShell, which takes the typographic quotes for quotes, too. */
export function pwshQuoted(value: string): string {
  return `'${value.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
}
