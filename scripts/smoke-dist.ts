// Uses what a release would hold: the built files, in plain Node, without the condition that finds the sources.
import { pathToFileURL } from "node:url";
import { builtEntries, listProjects, requireBuild } from "./lib/workspace.ts";
import { LIBRARY_CHECKS } from "./smoke/libraries.ts";
import { PROGRAM_CHECKS } from "./smoke/programs.ts";

const projects = listProjects();
requireBuild(projects);

let failed = 0;
async function attempt(name: string, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`FAIL  ${name}`, error);
  }
}

const libraries = projects.filter(({ label }) => !label.startsWith("apps/"));
for (const project of libraries) {
  for (const { name, file } of builtEntries(project)) {
    const entry = project.label + name.slice(1);
    await attempt(entry, async () => {
      const use = LIBRARY_CHECKS[entry];
      if (use === undefined) throw new Error("no call in scripts/smoke/libraries.ts");
      await use(await import(pathToFileURL(file).href));
    });
  }
}
for (const [name, run] of PROGRAM_CHECKS) await attempt(name, run);

process.exitCode = failed === 0 ? 0 : 1;
