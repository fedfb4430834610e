/** Licences that ask for no more than to be named. */
const PERMISSIVE = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

/**
 * Whether an SPDX expression lets us take the permissive way: every part of an `AND`, one part of an `OR`.
 * Anything that is no such expression (`SEE LICENSE IN …`, exceptions, a name outside the list) is refused.
 */
export function isPermissive(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const reader = { tokens, at: 0 };
  const verdict = readOr(reader);
  return verdict && reader.at === tokens.length;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

function readOr(reader: Reader): boolean {
  let verdict = readAnd(reader);
  while (takes(reader, "OR")) verdict = readAnd(reader) || verdict;
  return verdict;
}

function readAnd(reader: Reader): boolean {
  let verdict = readOne(reader);
  while (takes(reader, "AND")) verdict = readOne(reader) && verdict;
  return verdict;
}

function readOne(reader: Reader): boolean {
  if (takes(reader, "(")) {
    const verdict = readOr(reader);
    return takes(reader, ")") && verdict;
  }
  const name = reader.tokens[reader.at];
  reader.at += 1;
  return name !== undefined && PERMISSIVE.has(name);
}

function takes(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.at] !== token) return false;
  reader.at += 1;
  return true;
}
