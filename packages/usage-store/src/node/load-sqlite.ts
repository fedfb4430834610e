/**
 * Node's own SQLite. Node 22 warns that it is experimental: that one line would stand in every start and in the output
 * of every command, so it is held back; every other warning passes.
 *
 * @throws {Error} `ERR_UNKNOWN_BUILTIN_MODULE` and the like where Node was built without it.
 */
export async function loadSqlite(): Promise<typeof import("node:sqlite")> {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: never[]): void => {
    const text = typeof warning === "string" ? warning : warning.message;
    if (!text.startsWith("SQLite is an experimental feature")) emit.call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return await import("node:sqlite");
  } finally {
    process.emitWarning = emit;
  }
}
