import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { writeWhole } from "./write-whole.ts";

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "cc-write-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it("makes the folders it needs and leaves no draft", () => {
  const dir = tempDir();
  const path = join(dir, "a", "b", "file.md");
  writeWhole(path, "one");
  writeWhole(path, "two");
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(readdirSync(join(dir, "a", "b"))).toEqual(["file.md"]);
});

it("keeps a link and changes what it points at", () => {
  const dir = tempDir();
  writeFileSync(join(dir, "real.md"), "old");
  symlinkSync(join(dir, "real.md"), join(dir, "link.md"));
  writeWhole(join(dir, "link.md"), "new");
  expect(lstatSync(join(dir, "link.md")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(dir, "real.md"), "utf8")).toBe("new");
});

it("fails without a trace where the file cannot be replaced", () => {
  const dir = tempDir();
  mkdirSync(join(dir, "file.md", "inside"), { recursive: true });
  expect(() => writeWhole(join(dir, "file.md"), "x")).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(dir)).toEqual(["file.md"]);
});
