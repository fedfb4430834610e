// Compares the import table of docs/architecture.md with every manifest and every import.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findFaults } from "./boundaries/find-faults.ts";
import { readSources } from "./boundaries/read-sources.ts";
import { readImportTable } from "./boundaries/read-table.ts";
import { listProjects, repoRoot } from "./lib/workspace.ts";

const table = readImportTable(readFileSync(join(repoRoot, "docs/architecture.md"), "utf8"));
const projects = listProjects().map(readSources);

const faults = projects.flatMap((project) =>
  findFaults(
    project,
    table.find((row) => row.project === project.label),
  ),
);
const gone = table.filter((row) => !projects.some(({ label }) => label === row.project));
faults.push(...gone.map((row) => `docs/architecture.md: there is no project ${row.project}`));

for (const fault of faults) console.error(fault);
const files = projects.reduce((sum, project) => sum + project.files.length, 0);
console.log(`boundaries: ${faults.length} faults in ${files} files of ${projects.length} projects`);
process.exitCode = faults.length === 0 ? 0 : 1;
