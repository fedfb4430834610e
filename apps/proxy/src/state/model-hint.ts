import { readFileSync } from "node:fs";

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

function readHint(path: string): string | null {
  try {
    return readFileSync(path, "utf8").split("\n", 1)[0]?.trim() || null;
  } catch {
    // No file is the ordinary case: nothing is hinted.
    return null;
  }
}
