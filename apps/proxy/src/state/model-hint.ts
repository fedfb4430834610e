import { readSmallFile } from "@ccp/usage-store/node";

const CHECK_EVERY_MS = 2_000;

export interface ModelHint {
  current(): string | null;
  close(): void;
}

/**
 * The operator's routing hint: the setting, else the first line of a file that may change while the gateway runs. The
 * file is read beside the requests, never by one.
 */
export function watchModelHint(setting: string | null, path: string): ModelHint {
  if (setting !== null) return { current: () => setting, close: () => {} };
  let hint = readHint(path);
  const timer = setInterval(() => {
    hint = readHint(path);
  }, CHECK_EVERY_MS);
  timer.unref();
  return { current: () => hint, close: () => clearInterval(timer) };
}

/** A model's name and a note or two; a file without one is the ordinary case, and hints nothing. */
const MAX_BYTES = 64 * 1024;

function readHint(path: string): string | null {
  const read = readSmallFile(path, { maxBytes: MAX_BYTES });
  return read.kind === "text" ? read.text.split("\n", 1)[0]?.trim() || null : null;
}
