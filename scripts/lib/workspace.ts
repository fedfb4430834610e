import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repoRoot: string = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Fields of a `package.json` that the gates read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Project {
  /** Absolute. */
  readonly dir: string;
  /** As the documentation names it: `quota-engine`, `apps/cli`. */
  readonly label: string;
  readonly manifest: Manifest;
}

export function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as Manifest;
}

/** Every package and app of the workspace, packages first. */
export function listProjects(): Project[] {
  return ["packages", "apps"].flatMap((folder) =>
    globSync(`${folder}/*/package.json`, { cwd: repoRoot })
      .sort()
      .map((file) => {
        const path = dirname(file);
        const dir = join(repoRoot, path);
        return { dir, label: path.replace(/^packages\//, ""), manifest: readManifest(dir) };
      }),
  );
}

/** Where a project's exports point once built, by export name: `.`, `./node`. */
export function builtEntries({ dir, manifest }: Project): { name: string; file: string }[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([name, target]) => {
    const path = typeof target === "string" ? null : target.default;
    return path === null || path === undefined ? [] : [{ name, file: join(dir, path) }];
  });
}

/** Ends the program where a gate needs the build and there is none. */
export function requireBuild(projects: readonly Project[]): void {
  const missing = projects.flatMap(builtEntries).filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return;
  for (const { file } of missing) console.error(`missing: ${file}`);
  console.error("run first: npm run build");
  process.exit(1);
}
