import type { TextStream } from "../cli-deps.ts";

/** A line on a terminal that says how far a long piece of work is. */
export interface Progress {
  update(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Shorter work needs no line, and one that flickers is worse than none. */
const QUIET_MS = 1000;
const FRAME_MS = 250;
const ERASE = "\r\u001b[K";

/** @returns One that writes nothing where the stream is no terminal. */
export function createProgress(stream: TextStream, nowMs: () => number): Progress {
  let nextMs = nowMs() + QUIET_MS;
  let isShown = false;
  return {
    update(text) {
      if (stream.isTTY !== true || nowMs() < nextMs) return;
      nextMs = nowMs() + FRAME_MS;
      isShown = true;
      stream.write(`${ERASE}${text.slice(0, Math.max(0, (stream.columns ?? 80) - 1))}`);
    },
    clear() {
      if (isShown) stream.write(ERASE);
      isShown = false;
    },
  };
}
