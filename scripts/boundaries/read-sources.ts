import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Project } from "../lib/workspace.ts";
import type { ProjectSources, SourceFile } from "./find-faults.ts";
import { readImports } from "./read-imports.ts";

const ENTRIES = ["src/index.ts", "src/core.ts", "src/usage-view.ts", "src/node/index.ts", "src/main.ts"];

/** All code of a project, and which of it the published entries reach. */
export function readSources({ dir, label, manifest }: Project): ProjectSources {
  const paths = globSync(["src/**/*.{ts,tsx}", "test/**/*.ts", "bin/*.mjs"], { cwd: dir }).sort();
  const texts = new Map(paths.map((path) => [path, readFileSync(join(dir, path), "utf8")]));
  const shipped = reach(texts, [...ENTRIES, ...paths.filter((path) => path.startsWith("bin/"))]);
  const files: SourceFile[] = [...texts].map(([path, text]) => ({ path, text, shipped: shipped.has(path) }));
  if (!existsSync(join(dir, "src"))) throw new Error(`${label} has no src folder`);
  return { label, manifest, files };
}

function reach(texts: ReadonlyMap<string, string>, entries: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const queue = entries.filter((path) => texts.has(path));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const from = dirname(path);
    const relatives = readImports(texts.get(path) ?? "").filter((specifier) => specifier.startsWith("."));
    queue.push(
      ...relatives.map((specifier) => normalize(join(from, specifier))).filter((target) => texts.has(target)),
    );
  }
  return seen;
}
