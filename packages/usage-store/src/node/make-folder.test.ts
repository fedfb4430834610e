import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FolderError, makeFolder } from "./make-folder.ts";
import { acquireStateLock } from "./state-lock.ts";

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "ccp-folder-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function faultOf(path: string): string {
  try {
    makeFolder(path);
  } catch (error) {
    if (error instanceof FolderError) return error.message;
    throw error;
  }
  return "none";
}

describe("a folder", () => {
  it("is made with its parents, for its owner alone", () => {
    const dir = join(tempDir(), "a", "b", "c");
    makeFolder(dir);
    makeFolder(dir);
    for (const path of [dir, join(dir, "..")]) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it("may be behind a link", () => {
    const dir = tempDir();
    mkdirSync(join(dir, "real"));
    symlinkSync(join(dir, "real"), join(dir, "link"));
    makeFolder(join(dir, "link", "child"));
    expect(readdirSync(join(dir, "real"))).toEqual(["child"]);
  });

  it("is not made through a file, a link that leads nowhere, a device", () => {
    const dir = tempDir();
    writeFileSync(join(dir, "file"), "");
    symlinkSync(join(dir, "gone"), join(dir, "link"));
    expect(faultOf(join(dir, "file"))).toBe(`${dir}/file is no folder`);
    expect(faultOf(join(dir, "file", "a", "b"))).toBe(`${dir}/file is no folder`);
    expect(faultOf(join(dir, "link", "a"))).toBe(`${dir}/link is a link that leads nowhere`);
    expect(faultOf("/dev/null/x")).toBe("/dev/null is no folder");
  });

  // nodejs/node#31481 and kin: mkdir with `recursive` never returns there.
  it.skipIf(process.platform !== "linux")("is not waited for where no folders can be", () => {
    expect(faultOf("/proc/x")).toMatch(/^\/proc takes no folder/);
    expect(faultOf("/proc/x/y/z")).toMatch(/^\/proc takes no folder/);
    expect(acquireStateLock("/proc/x")).toMatchObject({
      kind: "unavailable",
      reason: expect.stringMatching(/^\/proc takes no folder/),
    });
  });
});
