// Everything that reaches a user's machine through `dependencies` must have a permissive licence.

import { listProjects } from "./lib/workspace.ts";
import { isPermissive } from "./licenses/judge-license.ts";
import { walkInstalled } from "./licenses/walk-installed.ts";

const projects = listProjects().filter(({ manifest }) => manifest.private !== true);
const { packages, missing } = walkInstalled(
  projects.map(({ dir }) => dir),
  "@ccp/",
);

const rows = packages.map(({ name, version, license, via }) => [`${name}@${version}`, license, via]);
const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));

const refused = packages.filter(({ license }) => !isPermissive(license));
for (const { name, license } of refused) console.error(`not on the permissive list: ${name} (${license})`);
for (const name of missing) console.error(`not installed: ${name}`);
console.log(`licences: ${packages.length} shipped packages, ${refused.length} refused`);
process.exitCode = packages.length > 0 && refused.length + missing.length === 0 ? 0 : 1;
