import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { checkHistoryDb } from "./check-history-db.ts";

function stateDir(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccp-doctor-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it("has nothing against a history that is not there yet", async () => {
  expect((await checkHistoryDb(stateDir())).state).toBe("ok");
});

it("names the mend of a damaged one", async () => {
  const folder = stateDir();
  writeFileSync(
    join(folder, "history.db"),
    "no database at all, but long enough to be read as one".repeat(100),
  );
  const { state, text, fix } = await checkHistoryDb(folder);
  expect(state).toBe("warn");
  expect(text).toContain("damaged");
  expect([text.includes("history.db"), fix?.includes("db import")]).toEqual([true, true]);
});
