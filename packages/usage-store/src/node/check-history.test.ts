import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { checkHistory } from "./check-history.ts";
import { HistoryDb } from "./history-db.ts";
import { temporaryFolder } from "./log-test-kit.ts";

it("finds nothing wrong with a good database or none, and names the mend of a broken one", async () => {
  const { dir, remove } = temporaryFolder();
  onTestFinished(remove);
  const path = join(dir, "history.db");
  expect(await checkHistory(path)).toBeNull();
  (await HistoryDb.open(path, { readOnly: false })).close();
  expect(await checkHistory(path, true)).toBeNull();
  writeFileSync(path, "not a database ".repeat(300));
  expect(await checkHistory(path)).toMatchObject({
    kind: "corrupt",
    what: "it is damaged or no database",
    mend: expect.stringContaining("move the file"),
  });
});
