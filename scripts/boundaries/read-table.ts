/** One row of the import table in `docs/architecture.md`. */
export interface TableRow {
  readonly project: string;
  readonly mayImport: readonly string[];
  readonly code: "pure" | "pure, /node" | "node";
}

const KINDS = ["pure", "pure, /node", "node"] as const;

/**
 * Reads the table under the heading "Who may import whom".
 *
 * @throws {Error} When there is no such table or a row cannot be read: a gate that finds nothing must not pass.
 */
export function readImportTable(markdown: string): TableRow[] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith("Who may import whom"));
  const rows = (section ?? "").split("\n").filter((line) => /^\|\s*[^\s-]/.test(line));
  if (rows.length < 2) throw new Error('no import table under "## Who may import whom"');
  return rows.slice(1).map(readRow);
}

function readRow(line: string): TableRow {
  const [project = "", imports = "", code = ""] = line
    .split("|")
    .slice(1)
    .map((cell) => cell.trim());
  const kind = KINDS.find((known) => known === code);
  if (project === "" || kind === undefined) throw new Error(`unreadable row: ${line}`);
  const mayImport = imports === "–" ? [] : imports.split(",").map((name) => name.trim());
  return { project, mayImport, code: kind };
}
