import { CLOSE_BRACE, OPEN_BRACE } from "../bytes/ascii.ts";
import type { ByteView } from "../bytes/byte-view.ts";
import { NameTable } from "../bytes/name-table.ts";
import type { Span } from "../bytes/pieces.ts";
import { JsonReader } from "./json-reader.ts";

/** Where the values of this name stand in an object: all of them, should the key stand twice. */
export function memberValues(view: ByteView, object: Span, name: string): Span[] {
  const reader = new JsonReader(view, object.start);
  const names = new NameTable([name]);
  const found: Span[] = [];
  if (!reader.enter(OPEN_BRACE)) return found;
  for (let first = true; reader.next(CLOSE_BRACE, first); first = false) {
    const key = reader.key(names);
    const start = reader.position;
    reader.skipValue();
    if (key === name) found.push({ start, end: reader.position });
  }
  return found;
}
