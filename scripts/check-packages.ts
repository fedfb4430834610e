// Packs every publishable project as a release would and looks at the tarball with its user's eyes.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkInstalled } from "./installed/check-installed.ts";
import { mapParallel, runCommand } from "./lib/run-command.ts";
import { listProjects, type Manifest, type Project, repoRoot, requireBuild } from "./lib/workspace.ts";

const pnpm = join(repoRoot, "node_modules/pnpm/bin/pnpm.cjs");
const publint = join(repoRoot, "node_modules/publint/src/cli.js");
const attw = join(repoRoot, "node_modules/@arethetypeswrong/cli/dist/index.js");

interface Packed {
  readonly faults: readonly string[];
  /** `null` where there is none. */
  readonly tarball: string | null;
}

async function checkPackage({ dir, manifest }: Project, into: string): Promise<Packed> {
  const packDir = mkdtempSync(join(into, "pack-"));
  const packed = await runCommand(process.execPath, [pnpm, "pack", "--pack-destination", packDir], dir);
  const [tarball] = readdirSync(packDir);
  if (!packed.ok || tarball === undefined)
    return { faults: [`${manifest.name}: pnpm pack failed\n${packed.output}`], tarball: null };
  const file = join(packDir, tarball);

  const listing = await runCommand("tar", ["-tzf", file], packDir);
  await runCommand("tar", ["-xzf", file], packDir);
  const shipped = JSON.parse(readFileSync(join(packDir, "package/package.json"), "utf8")) as Manifest;

  const lint = await runCommand(process.execPath, [publint, "run", file, "--strict"], dir);
  const types = await runCommand(process.execPath, [attw, file, "--profile", "esm-only", "--no-emoji"], dir);
  const faults = [
    ...contentFaults(listing.output.split("\n"), shipped),
    ...(lint.ok ? [] : [`publint\n${lint.output.trim()}`]),
    ...(types.ok ? [] : [`are the types wrong\n${types.output.trim()}`]),
  ].map((fault) => `${manifest.name}: ${fault}`);
  return { faults, tarball: file };
}

/** Sources, tests and what only tests use. */
const NOT_SHIPPED = /\.test\.|^package\/src\/|\/(?:testing|test-kit)\/|test-(?:kit|event)\./;

/** What neither tool looks at. */
function contentFaults(files: readonly string[], shipped: Manifest): string[] {
  const wanted = ["package/LICENSE", "package/README.md", "package/dist/index.js", "package/dist/index.d.ts"];
  const ranges = Object.values({ ...shipped.dependencies, ...shipped.peerDependencies });
  return [
    ...wanted.filter((file) => !files.includes(file)).map((file) => `the tarball has no ${file}`),
    ...files.filter((file) => NOT_SHIPPED.test(file)).map((file) => `the tarball has ${file}`),
    ...(JSON.stringify([shipped.exports, shipped.bin]).includes("/src/") ? ["it names files of src"] : []),
    ...(shipped.bin?.cc === undefined ? [] : ["cc is the C compiler's name"]),
    ...ranges
      .filter((range) => /^(?:workspace|catalog):/.test(range))
      .map((range) => `depends on "${range}"`),
  ];
}

const projects = listProjects().filter(({ manifest }) => manifest.private !== true);
requireBuild(projects);

const scratch = mkdtempSync(join(tmpdir(), "ccp-pack-"));
try {
  const packed = await mapParallel(projects, (project) => checkPackage(project, scratch));
  const tarballs = packed.flatMap(({ tarball }) => tarball ?? []);
  const faults = [...packed.flatMap((one) => one.faults), ...(await checkInstalled(tarballs, scratch))];
  for (const fault of faults) console.error(fault);
  console.log(`packages: ${projects.length} packed and installed, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
