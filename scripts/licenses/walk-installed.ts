import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** As the package states it; `UNKNOWN` where it states none. */
  readonly license: string;
  /** Who brought it in first, for finding it. */
  readonly via: string;
}

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly licenses?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** What one walk found. */
export interface WalkResult {
  readonly packages: InstalledPackage[];
  /** Declared, not optional, and not there: the walk cannot vouch for what it did not see. */
  readonly missing: string[];
}

/**
 * Follows the production dependencies of `dirs` through `node_modules` as they are installed.
 *
 * @param scope Packages whose name starts so are our own: walked through, not listed.
 */
export function walkInstalled(dirs: readonly string[], scope: string): WalkResult {
  const seen = new Set<string>();
  const packages: InstalledPackage[] = [];
  const missing: string[] = [];
  const queue = dirs.map((dir) => ({ dir: realpathSync(dir), via: "-" }));
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    if (seen.has(item.dir)) continue;
    seen.add(item.dir);
    const manifest = JSON.parse(readFileSync(join(item.dir, "package.json"), "utf8")) as Installed;
    if (!manifest.name.startsWith(scope)) packages.push(describePackage(manifest, item.via));
    for (const [name, required] of wantedBy(manifest)) {
      const dir = findInstalled(item.dir, name);
      if (dir !== null) queue.push({ dir, via: manifest.name });
      else if (required) missing.push(`${name} (of ${manifest.name})`);
    }
  }
  return { packages: packages.sort(byName), missing };
}

/** Names, and whether each must be there. Optional peers come only where somebody else brings them. */
function wantedBy(manifest: Installed): [string, boolean][] {
  const peers = Object.keys(manifest.peerDependencies ?? {});
  const needed = peers.filter((name) => manifest.peerDependenciesMeta?.[name]?.optional !== true);
  const optional = Object.keys(manifest.optionalDependencies ?? {});
  const dependencies = Object.keys(manifest.dependencies ?? {}).filter((name) => !optional.includes(name));
  return [
    ...[...dependencies, ...needed].map((name): [string, boolean] => [name, true]),
    ...optional.map((name): [string, boolean] => [name, false]),
  ];
}

function byName(a: InstalledPackage, b: InstalledPackage): number {
  const [first, second] = [`${a.name}@${a.version}`, `${b.name}@${b.version}`];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function describePackage(manifest: Installed, via: string): InstalledPackage {
  return { name: manifest.name, version: manifest.version, license: readLicense(manifest), via };
}

/** Old manifests state an object, or a list of them; a list offers a choice. */
function readLicense({ license, licenses }: Installed): string {
  const stated = (Array.isArray(licenses) ? licenses : [license]).map((one: unknown) =>
    typeof one === "object" && one !== null && "type" in one ? one.type : one,
  );
  const names = stated.filter((name): name is string => typeof name === "string" && name !== "");
  return names.length === 0 ? "UNKNOWN" : names.join(" OR ");
}

/** As Node would find it: `node_modules` of the folder itself, then of each folder above. */
function findInstalled(from: string, name: string): string | null {
  for (let dir = from; ; dir = dirname(dir)) {
    const candidate = join(dir, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
    if (dirname(dir) === dir) return null;
  }
}
