import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMintBook, type MintBook } from "@ccp/lane-repair";
import { expect, it, onTestFinished } from "vitest";
import type { Deps } from "../deps.ts";
import { openMintFile } from "./mint-file.ts";

interface Parts extends Pick<Deps, "notice"> {
  readonly mints: MintBook;
  readonly notices: string[];
}

function parts(): Parts {
  const notices: string[] = [];
  return {
    mints: createMintBook({ capacity: 10 }),
    notice: (level, message) => void notices.push(`${level}: ${message}`),
    notices,
  };
}

function filePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccp-mints-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "mints.json");
}

it("brings back who minted what, without what was minted", () => {
  const path = filePath();
  const first = parts();
  const file = openMintFile(path, first);
  first.mints.note("zai", "call_SECRET");
  file.save();
  expect(readFileSync(path, "utf8")).not.toContain("SECRET");
  expect(statSync(path).mode & 0o777).toBe(0o600);

  const second = parts();
  openMintFile(path, second);
  expect(second.mints.lanesOf("call_SECRET")).toEqual(["zai"]);
  expect(second.notices).toEqual([]);
});

it("is written where there is news, and only then", () => {
  const path = filePath();
  const opened = parts();
  const file = openMintFile(path, opened);
  file.save();
  expect(() => statSync(path)).toThrow("ENOENT");
  opened.mints.note("zai", "a");
  file.save();
  const { mtimeNs } = statSync(path, { bigint: true });
  file.save();
  expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
});

it.each(["", "null", '{"version":1,"lanes":7}', "{"])("starts anew on a file that holds %j", (text) => {
  const path = filePath();
  writeFileSync(path, text);
  const opened = parts();
  openMintFile(path, opened);
  expect(opened.mints.size).toBe(0);
  const isBroken = text === "" || text === "{";
  expect(opened.notices).toHaveLength(isBroken ? 1 : 0);
  expect(existsSync(`${path}.broken`)).toBe(isBroken);
});

it("says what it cannot write, and goes on", () => {
  const opened = parts();
  const file = openMintFile(join(filePath(), "no-such-folder", "f.json"), opened);
  opened.mints.note("zai", "a");
  file.save();
  file.save();
  expect(opened.notices).toEqual([
    expect.stringMatching(/^warn: who signed what cannot be saved \(EN.*\): /),
  ]);
});
