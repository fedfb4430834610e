import { ascii } from "./ascii.ts";
import type { ByteView } from "./byte-view.ts";
import type { Span } from "./pieces.ts";
import { readString } from "./read-text.ts";

/**
 * Tells a few known names from their bytes. Making a string of every key and type in a body would cost more than all
 * else that is read of it.
 */
export class NameTable<T extends string> {
  /** Known names by their length. */
  readonly #byLength: (readonly { readonly name: T; readonly bytes: Uint8Array }[])[] = [];

  constructor(names: readonly T[]) {
    for (const name of names) {
      const known = this.#byLength[name.length] ?? [];
      this.#byLength[name.length] = [...known, { name, bytes: ascii(name) }];
    }
  }

  /** The known name that a JSON string token spells without escapes. */
  find(view: ByteView, token: Span): T | null {
    const candidates = this.#byLength[token.end - token.start - 2];
    if (candidates === undefined) return null;
    for (const { name, bytes } of candidates) {
      if (view.holds(bytes, token.start + 1)) return name;
    }
    return null;
  }

  /** What a JSON string token stands for; only unknown names are decoded. `null` when it is no valid string. */
  read(view: ByteView, token: Span): string | null {
    return this.find(view, token) ?? readString(view, token);
  }
}
