import { describe, expect, it } from "vitest";
import { readImportTable } from "./read-table.ts";

const table = (rows: string): string =>
  `# A\n\n## Who may import whom\n\ntext\n\n| project | may import | code |\n|---|---|---|\n${rows}\n## Next\n| a | b | c |\n`;

describe("readImportTable", () => {
  it("reads every row of its section alone", () => {
    expect(readImportTable(table("| a | – | pure |\n| apps/x | a, b | node |\n"))).toEqual([
      { project: "a", mayImport: [], code: "pure" },
      { project: "apps/x", mayImport: ["a", "b"], code: "node" },
    ]);
  });

  it.each([
    ["no section", "# A\n"],
    ["a kind nobody knows", table("| a | – | impure |\n")],
    ["a row without a name", table("|  x | \n")],
  ])("does not pass %s", (_, text) => expect(() => readImportTable(text)).toThrow(Error));
});
