import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { HistoryDb } from "./history-db.ts";
import { readSmallFile } from "./read-small-file.ts";

function file(make: (path: string) => void): string {
  const dir = mkdtempSync(join(tmpdir(), "ccp-small-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "file");
  make(path);
  return path;
}

const fifo = (path: string): void => void execFileSync("mkfifo", [path]);

it("reads a whole file, also behind a link", () => {
  const text = "ä".repeat(100_000);
  const path = file((at) => writeFileSync(at, text));
  symlinkSync(path, `${path}.link`);
  expect(readSmallFile(path)).toEqual({ kind: "text", text });
  expect(readSmallFile(`${path}.link`)).toEqual({ kind: "text", text });
  expect(readSmallFile(`${path}.link`, { noLinks: true })).toEqual({ kind: "invalid", reason: "ELOOP" });
  expect(readSmallFile(`${path}.gone`)).toEqual({ kind: "missing" });
});

it.each<[string, (path: string) => void, string]>([
  ["a pipe", fifo, "not a regular file"],
  ["a link to a device", (path) => symlinkSync("/dev/zero", path), "not a regular file"],
  ["a folder", (path) => symlinkSync(tmpdir(), path), "not a regular file"],
  [
    "a huge file",
    (path) => {
      writeFileSync(path, "");
      truncateSync(path, 20 * 1024 ** 3);
    },
    "larger than 4 MiB",
  ],
])("neither waits for %s nor reads it", (_what, make, reason) => {
  expect(readSmallFile(file(make))).toEqual({ kind: "invalid", reason });
});

it.skipIf(process.platform !== "linux")("reads what tells a size of 0, up to the bound", () => {
  expect(readSmallFile("/proc/self/status")).toMatchObject({
    kind: "text",
    text: expect.stringContaining("Pid:"),
  });
  expect(readSmallFile("/proc/self/status", { maxBytes: 100 }).kind).toBe("invalid");
});

it.each([true, false])(
  "opens no history that is a pipe, or behind a link (read only: %s)",
  async (readOnly) => {
    await expect(HistoryDb.open(file(fifo), { readOnly })).rejects.toThrow();
    const away = file((path) => symlinkSync(`${path}-elsewhere`, path));
    await expect(HistoryDb.open(away, { readOnly })).rejects.toMatchObject({ code: "ELOOP" });
    expect(readSmallFile(`${away}-elsewhere`).kind).toBe("missing");
  },
);
