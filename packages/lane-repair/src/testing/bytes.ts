import fc from "fast-check";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const join = (chunks: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

export const text = (chunks: readonly Uint8Array[]): string => new TextDecoder().decode(join(chunks));

/** The bytes in `count + 1` or fewer chunks, cut at any places; chunks may be empty. */
export const chop = (body: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const at = [0, ...cuts.map((cut) => cut % (body.length + 1)), body.length].sort((a, b) => a - b);
  return at.slice(1).map((end, i) => body.slice(at[i], end));
};

export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat(), { maxLength: 12 });
