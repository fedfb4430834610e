/**
 * 53 bits of a text. Ten thousand texts share one with a chance of one in a hundred million, and the text itself need
 * not be kept. Not for secrets.
 */
export function fingerprint(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul((b << 13) | (b >>> 19), 5) ^ Math.imul(unit + 1, 0x85ebca6b);
  }
  return (mix(b) & 0x1fffff) * 0x1_0000_0000 + mix(a);
}

/** Lets each bit that went in change about half of those that come out. */
function mix(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
