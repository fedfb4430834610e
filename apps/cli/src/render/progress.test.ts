import { describe, expect, it } from "vitest";
import { createProgress } from "./progress.ts";

function terminal(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  let nowMs = 0;
  const stream = { write: (text: string) => written.push(text), isTTY, ...(columns ? { columns } : {}) };
  const progress = createProgress(stream, () => nowMs);
  const at = (ms: number) => {
    nowMs = ms;
  };
  return { written, progress, at };
}

describe("createProgress", () => {
  it("shows nothing in the first second, then four frames a second at most", () => {
    const { written, progress, at } = terminal(true);
    for (const ms of [0, 999, 1000, 1100, 1249, 1250]) {
      at(ms);
      progress.update(`at ${ms}`);
    }
    expect(written).toEqual(["\r\u001b[Kat 1000", "\r\u001b[Kat 1250"]);
  });

  it("stays on one line, and takes it away once", () => {
    const { written, progress, at } = terminal(true, 10);
    progress.clear();
    at(2000);
    progress.update("0123456789abc");
    progress.clear();
    progress.clear();
    expect(written).toEqual(["\r\u001b[K012345678", "\r\u001b[K"]);
  });

  it("writes nothing where nobody looks", () => {
    const { written, progress, at } = terminal(false);
    at(5000);
    progress.update("x");
    progress.clear();
    expect(written).toEqual([]);
  });
});
