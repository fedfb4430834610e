/** A status line's input has a few kilobytes. */
const MAX_BYTES = 1_048_576;

/** Standard input to its end; `null` at a terminal, where nobody means to type it. */
export async function readStdin(): Promise<string | null> {
  const { stdin } = process;
  if (stdin.isTTY === true) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
