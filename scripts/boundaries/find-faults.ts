import { isBuiltin } from "node:module";
import type { Manifest } from "../lib/workspace.ts";
import { readImports, readPlatformUses } from "./read-imports.ts";
import type { TableRow } from "./read-table.ts";

export interface SourceFile {
  /** From the project's folder, e.g. `src/node/index.ts`. */
  readonly path: string;
  readonly text: string;
  /** Whether a published entry reaches it; what tests and generators alone use is not shipped. */
  readonly shipped: boolean;
}

export interface ProjectSources {
  readonly label: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
}

const SCOPE = "@ccp/";
/** Reading an HTTP date is a calculation; the standard library's is the one to use. */
const MAY_USE_DATE = ["upstream-signals/src/http-date.ts"];
/** What a sibling offers beside its main entry. */
const ENTRIES = new Set(["node", "core", "usage-view"]);
const DEMO = /^src\/demo(?:\/|[.-])/;

/** Tests, and what only they reach: builders, fake clocks. */
const isTest = ({ path, shipped }: SourceFile): boolean => !shipped || path.endsWith(".test.ts");
const isNodePart = (path: string): boolean => path.startsWith("src/node/");
const nameOf = (label: string): string => `${SCOPE}${label.replace("apps/", "")}`;

/** Everything in one project that its row of the table does not allow. */
export function findFaults(project: ProjectSources, row: TableRow | undefined): string[] {
  if (row === undefined) return [`${project.label}: not in the table of docs/architecture.md`];
  return [
    ...manifestFaults(project, row),
    ...project.files.flatMap((file) =>
      fileFaults(project, row, file).map((fault) => `${project.label}/${file.path}: ${fault}`),
    ),
  ];
}

/** The table says exactly what the manifest declares: neither more nor less. */
function manifestFaults({ label, manifest }: ProjectSources, row: TableRow): string[] {
  const declared = Object.keys({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.peerDependencies,
  });
  const allowed = row.mayImport.map(nameOf);
  const siblings = declared.filter((name) => name.startsWith(SCOPE));
  return [
    ...siblings
      .filter((name) => !allowed.includes(name))
      .map((name) => `${label}/package.json: declares ${name}, which the table does not allow`),
    ...allowed
      .filter((name) => !siblings.includes(name))
      .map((name) => `${label}: the table allows ${name}, which package.json does not declare`),
  ];
}

function fileFaults(project: ProjectSources, row: TableRow, file: SourceFile): string[] {
  const pure = row.code !== "node" && !isNodePart(file.path) && !isTest(file);
  const imports = readImports(file.text);
  return [
    ...imports.flatMap((specifier) => importFault(project, row, file, specifier)),
    ...(pure ? purityFaults(project.label, file, imports) : []),
  ];
}

function importFault(
  { manifest }: ProjectSources,
  row: TableRow,
  file: SourceFile,
  specifier: string,
): string[] {
  if (specifier.startsWith(".")) return relativeFault(file, specifier);
  if (specifier.startsWith(SCOPE)) return siblingFault(row, file, specifier);
  if (isBuiltin(specifier))
    return specifier.startsWith("node:") ? [] : [`imports "${specifier}" without node:`];
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (name in { ...manifest.dependencies, ...manifest.peerDependencies }) return [];
  if (manifest.devDependencies === undefined || !(name in manifest.devDependencies))
    return [`imports ${name}, which package.json does not declare`];
  return isTest(file) ? [] : [`imports ${name}, which is only a devDependency`];
}

/** Leaving the project's folder would go round its package.json. Tests may read the shared fixtures. */
function relativeFault(file: SourceFile, specifier: string): string[] {
  const target = new URL(specifier, `file:///packages/project/${file.path}`).pathname;
  if (target.startsWith("/packages/project/")) return [];
  return isTest(file) && target.startsWith("/fixtures/") ? [] : [`reaches out of its project: ${specifier}`];
}

function siblingFault(row: TableRow, file: SourceFile, specifier: string): string[] {
  const [name = "", entry] = specifier.slice(SCOPE.length).split("/");
  const isApp = row.project.startsWith("apps/");
  if (!row.mayImport.some((allowed) => nameOf(allowed) === SCOPE + name))
    return [`imports ${specifier}, which the table does not allow`];
  if (entry === "node" && !isApp) return [`imports ${specifier}: /node is for the programs alone`];
  if (entry !== undefined && !ENTRIES.has(entry)) return [`imports ${specifier}: not an entry`];
  const mayMock = row.project === "apps/proxy" && (DEMO.test(file.path) || isTest(file));
  return name === "mock-upstream" && !mayMock
    ? [`imports ${specifier}: for the gateway's demo and tests alone`]
    : [];
}

function purityFaults(label: string, file: SourceFile, imports: readonly string[]): string[] {
  const mayUseDate = MAY_USE_DATE.includes(`${label}/${file.path}`);
  const uses = readPlatformUses(file.text).filter((use) => !(mayUseDate && use === "Date"));
  return [
    ...imports
      .filter((specifier) => isBuiltin(specifier))
      .map((specifier) => `is pure and imports ${specifier}`),
    ...new Set(uses.map((use) => `is pure and uses ${use}`)),
  ];
}
