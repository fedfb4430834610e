import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { checkRights } from "./check-rights.ts";

function place(mode: number, isFolder = false): string {
  const dir = mkdtempSync(join(tmpdir(), "ccp-rights-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = isFolder ? dir : join(dir, "file");
  if (!isFolder) writeFileSync(path, "");
  chmodSync(path, mode);
  return path;
}

const own = process.getuid?.();

it.each([0o600, 0o644, 0o400])("says nothing of a file with %o", (mode) => {
  expect(checkRights(place(mode))).toBeNull();
});

it("names who can change it, and the command that ends that", () => {
  const [file, folder] = [place(0o666), place(0o777, true)];
  expect(checkRights(file)).toEqual({
    path: file,
    what: "can be changed by everybody (0666)",
    mend: `chmod 600 ${file}`,
  });
  expect(checkRights(folder)).toMatchObject({
    what: "can be changed by everybody (0777)",
    mend: `chmod 700 ${folder}`,
  });
});

it.skipIf(own !== 0)("counts a group but for one that is a user's own", () => {
  expect(checkRights(place(0o660))).toMatchObject({ what: "can be changed by its group (0660)" });
});

it.skipIf(own === undefined || own === 0)("says whose it is where it is another's", () => {
  expect(checkRights(place(0o600), (own ?? 0) + 1)).toMatchObject({
    what: `belongs to another user (${own})`,
  });
});

it("says nothing of what is not there", () => {
  expect(checkRights("/nowhere/at/all")).toBeNull();
});
