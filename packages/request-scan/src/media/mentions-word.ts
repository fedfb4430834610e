/**
 * Whether a word of ASCII characters stands anywhere in the chunks, across their borders too. Looks at about every
 * n-th byte of a body that does not hold it, n being the word's length (Horspool's search).
 */
export function mentionsWord(chunks: readonly Uint8Array[], word: string): boolean {
  const pattern = Uint8Array.from(word, (letter) => letter.charCodeAt(0));
  const steps = stepsOf(pattern);
  // The last bytes of what was searched: a word may have begun there.
  let rest = new Uint8Array(0);
  for (const chunk of chunks) {
    const border = joined(rest, chunk.subarray(0, pattern.length - 1));
    if (holds(border, pattern, steps) || holds(chunk, pattern, steps)) return true;
    const kept = joined(rest, chunk.subarray(Math.max(0, chunk.length - pattern.length + 1)));
    rest = kept.slice(Math.max(0, kept.length - pattern.length + 1));
  }
  return false;
}

/** How far the pattern may move by the byte that stands below its end. */
function stepsOf(pattern: Uint8Array): Uint8Array {
  const steps = new Uint8Array(256).fill(pattern.length);
  for (const [at, byte] of pattern.subarray(0, -1).entries()) steps[byte] = pattern.length - 1 - at;
  return steps;
}

function holds(bytes: Uint8Array, pattern: Uint8Array, steps: Uint8Array): boolean {
  const last = pattern.length - 1;
  for (let end = last; end < bytes.length; end += steps[bytes[end] ?? 0] ?? 1) {
    let back = last;
    while (back >= 0 && bytes[end - last + back] === pattern[back]) back -= 1;
    if (back < 0) return true;
  }
  return false;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
