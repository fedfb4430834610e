import { jsonString, QUOTE } from "./bytes/ascii.ts";

/**
 * Writes another model name into a request's body. Only the bytes of the old name's JSON string change: chunks that
 * hold none of them come back as the same objects, a chunk that holds some as views of its other bytes.
 *
 * @param chunks The body as it arrived. Not mutated.
 * @param span Where the old name's JSON string stands, quotes included, counted over all chunks; `end` is exclusive.
 *   Whoever calls has made sure that it is the body's only top-level `model`.
 * @param model The new name; characters beyond ASCII are written as `\uXXXX`, which means the same.
 * @throws {RangeError} When no JSON string stands at `span`: a caller's mistake.
 * @example
 * replaceModel([bytes('{"model":"claude-haiku-4-5","max_tokens":1}')], { start: 9, end: 27 }, "glm-4.7");
 * // => the chunks of {"model":"glm-4.7","max_tokens":1}
 */
export function replaceModel(
  chunks: readonly Uint8Array[],
  span: { readonly start: number; readonly end: number },
  model: string,
): Uint8Array[] {
  if (
    span.end - span.start < 2 ||
    byteAt(chunks, span.start) !== QUOTE ||
    byteAt(chunks, span.end - 1) !== QUOTE
  ) {
    throw new RangeError(`no JSON string stands at ${span.start}..${span.end} of the body`);
  }
  const replaced: Uint8Array[] = [];
  let start = 0;
  for (const chunk of chunks) {
    const end = start + chunk.length;
    if (end <= span.start || start >= span.end) {
      replaced.push(chunk);
    } else {
      if (start < span.start) replaced.push(chunk.subarray(0, span.start - start));
      if (start <= span.start) replaced.push(jsonString(model));
      if (end > span.end) replaced.push(chunk.subarray(span.end - start));
    }
    start = end;
  }
  return replaced;
}

function byteAt(chunks: readonly Uint8Array[], position: number): number | undefined {
  let start = 0;
  for (const chunk of chunks) {
    if (position < start + chunk.length) return chunk[position - start];
    start += chunk.length;
  }
  return undefined;
}
