/**
 * Replaces the part of a document that is made from code: what stands between
 * `<!-- begin NAME (written by npm run generate) -->` and `<!-- end NAME -->`.
 *
 * @throws {Error} When the document has not exactly one such pair.
 */
export function fillSection(document: string, name: string, content: string): string {
  const begin = `<!-- begin ${name} (written by npm run generate) -->\n`;
  const end = `<!-- end ${name} -->`;
  const [before, rest, ...more] = document.split(begin);
  const [, after, ...ends] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || more.length > 0 || ends.length > 0) {
    throw new Error(`the document has not exactly one section "${name}"`);
  }
  return `${before}${begin}${content.trim()}\n${end}${after}`;
}
