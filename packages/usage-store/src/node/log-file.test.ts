import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LogFile } from "./log-file.ts";
import { FaultyOps, temporaryFolder } from "./log-test-kit.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

it("starts the line after a part on a line of its own, once", () => {
  const path = join(folder.dir, "usage.jsonl");
  const faulty = new FaultyOps();
  const file = LogFile.open(faulty.ops, path);
  expect(file.append(Buffer.from("one\n"))).toBe(true);
  faulty.room = 2;
  expect(file.append(Buffer.from("two\n"))).toBe(false);
  faulty.room = null;
  expect(file.append(Buffer.from("three\n"))).toBe(true);
  expect(file.append(Buffer.from("four\n"))).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("one\ntw\nthree\nfour\n");
  expect(file.size).toBe("one\ntw\nthree\nfour\n".length);
  faulty.ops.close(file.fd);
});

it("keeps its end clean when nothing of a line was taken", () => {
  const path = join(folder.dir, "usage.jsonl");
  const faulty = new FaultyOps();
  const file = LogFile.open({ ...faulty.ops, write: () => 0 }, path);
  expect(file.append(Buffer.from("one\n"))).toBe(false);
  expect(file.size).toBe(0);
  faulty.ops.close(file.fd);
});
