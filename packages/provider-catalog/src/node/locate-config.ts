import { statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

export type ConfigKind = "providers" | "quotas";

export interface LocateOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Root of the checkout the gateway itself runs from; `null` for an installed package. */
  readonly checkoutDir: string | null;
  readonly homeDir: string;
}

export interface ConfigLocation {
  /** The file to read; `null`: none was found, the built-in values hold. */
  readonly path: string | null;
  /** Who named it. A file named by a variable is taken as it is, also when it does not exist. */
  readonly source: "env" | "user" | "checkout" | "built_in";
  /** The variable, where one named the file. */
  readonly variable: string | null;
  /** Every place looked at, in order. */
  readonly tried: string[];
}

const VARIABLES: Readonly<Record<ConfigKind, string>> = {
  providers: "CCP_PROVIDERS_FILE",
  quotas: "CCP_QUOTAS_FILE",
};
const FILE_NAMES: Readonly<Record<ConfigKind, readonly string[]>> = {
  providers: ["providers.yaml", "providers.yml"],
  quotas: ["quotas.json", "quotas.yaml", "quotas.yml"],
};

/**
 * Finds a configuration file: the variable's file, then `$XDG_CONFIG_HOME/ccp` (`~/.config/ccp`), then `configs/` of
 * the checkout. The first one found is taken whole; the caller's working directory is never searched.
 */
export function locateConfig(kind: ConfigKind, options: LocateOptions): ConfigLocation {
  const variable = VARIABLES[kind];
  const named = options.env[variable]?.trim();
  if (named !== undefined && named !== "") {
    const path = expand(named, options.homeDir);
    return { path, source: "env", variable, tried: [path] };
  }
  const places: readonly (readonly ["user" | "checkout", string | null])[] = [
    ["user", userConfigDir(options)],
    ["checkout", options.checkoutDir === null ? null : join(options.checkoutDir, "configs")],
  ];
  const tried: string[] = [];
  for (const [source, dir] of places) {
    for (const name of dir === null ? [] : FILE_NAMES[kind]) {
      const path = join(dir ?? "", name);
      tried.push(path);
      if (exists(path)) return { path, source, variable: null, tried };
    }
  }
  return { path: null, source: "built_in", variable: null, tried };
}

/** A relative XDG_CONFIG_HOME counts as not set, as its specification says. */
function userConfigDir({ env, homeDir }: LocateOptions): string {
  const xdg = env.XDG_CONFIG_HOME?.trim();
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeDir, ".config"), "ccp");
}

/** A shell leaves `~` alone inside quotes and in files of variables. */
function expand(path: string, homeDir: string): string {
  return path === "~" || path.startsWith("~/") ? join(homeDir, path.slice(1)) : resolve(path);
}

/** A file that stands there but cannot be read must be reported, so anything but "no such file" counts. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
