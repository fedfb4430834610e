import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HeaderRecord, reply, type Step, sse, status } from "./step.ts";

/** Folder of the sample payloads in a checkout. */
export const FIXTURES_DIR: string = fileURLToPath(new URL("../../../fixtures/protocol", import.meta.url));

interface HeadersFile {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

function readHeaders(path: string): HeadersFile | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as HeadersFile) : null;
}

/** `error-504.json` → 504; a vendor's own code, as in `error-1313.json`, came with a 429. */
function statusOf(name: string): number {
  const digits = /^error-(\d+)/.exec(name)?.[1];
  if (digits === undefined) return 200;
  return digits.length === 3 ? Number(digits) : 429;
}

function fromHeadersFile(path: string, file: HeadersFile, extra: HeaderRecord): Step {
  if (file.status === 200) {
    // The mock sets the content type itself: the same headers serve JSON and streams.
    const { "content-type": _type, ...headers } = file.headers;
    return reply({ headers: { ...headers, ...extra } });
  }
  const folder = dirname(path);
  const own = join(folder, basename(path).replace(/^headers-/, "error-"));
  const bodyPath = existsSync(own) ? own : join(folder, `error-${file.status}.json`);
  return status(file.status, readFileSync(bodyPath), { ...file.headers, ...extra });
}

/**
 * Serves a sample payload of `fixtures/protocol`, with the status and headers that belong to it:
 * `zai/error-429-1308-2026.json` is a 429, `anthropic/stream-truncated.sse` a 200 stream, and
 * `anthropic/headers-429-5h-exhausted.json` a 429 with those headers and the plain 429 body of its folder.
 * Read when the step is made.
 *
 * @param path Relative to the folder of samples.
 * @param headers Added to, or put in place of, the sample's own.
 * @throws {Error} When the file does not exist.
 */
export function fixture(path: string, headers: HeaderRecord = {}): Step {
  const full = join(FIXTURES_DIR, path);
  const name = basename(path);
  if (name.startsWith("headers-")) {
    const file = readHeaders(full);
    if (file === null) throw new Error(`no such fixture: ${path}`);
    return fromHeadersFile(full, file, headers);
  }
  const body = readFileSync(full);
  if (name.endsWith(".sse")) return sse(body, headers);
  const beside = name.startsWith("error-")
    ? readHeaders(join(dirname(full), name.replace(/^error-/, "headers-")))
    : null;
  return status(statusOf(name), body, { ...beside?.headers, ...headers });
}
