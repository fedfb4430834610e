import { resolve } from "node:path";
import { type Catalog, formatIssue } from "@ccp/provider-catalog";
import { type LocateOptions, readCatalog, readQuotas } from "@ccp/provider-catalog/node";
import type { ConfigIssue, QuotaConfig } from "@ccp/usage-contract";
import { ENVIRONMENT, parseEnv } from "@ccp/usage-contract/core";
import { didYouMean } from "../args/did-you-mean.ts";
import { safeText } from "../render/safe-text.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** A file as somebody read it; `path` is `null` for the built-in values. */
export interface ConfigFile {
  readonly path: string | null;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  /** What it holds, behind its path. */
  readonly holds: string;
}

/** What a running gateway told of its own files; `null` where it told nothing. */
export interface FilesInForce {
  readonly catalog: (ConfigFile & { readonly keyNames: readonly string[] }) | null;
  readonly quotas: ConfigFile | null;
}

/**
 * The variables of this shell, and the files in force: those of a running gateway, beside those that one started from
 * this shell would take where they are others.
 *
 * @param inForce `null` while no gateway runs: then this shell's files are the ones that count.
 */
export function checkFiles(where: LocateOptions, inForce: FilesInForce | null, cc: string): Check[] {
  const catalog = readCatalog(where);
  const quotas = readQuotas(where);
  const keys = [...keyNames(catalog.catalog), ...(inForce?.catalog?.keyNames ?? [])];
  const check = `${cc} providers check ${catalog.path ?? ""}`.trim();
  return [
    ...environment(where.env, keys, cc),
    ...fileChecks("catalog", { ...catalog, holds: holdsLanes(catalog.catalog.lanes.length) }, inForce, {
      here: check,
      inForce: `mend the file, then: ${cc} providers reload`,
    }),
    ...fileChecks("quotas", { ...quotas, holds: holdsCaps(capCount(quotas.config)) }, inForce, {
      here: `mend the file, then: ${cc} config check`,
      inForce: `mend the file, then: ${cc} quotas reload`,
    }),
  ];
}

/** @param lanes How many there are. */
export function holdsLanes(lanes: number): string {
  return `, ${lanes} ${lanes === 1 ? "lane" : "lanes"}`;
}

/** @param caps How many there are, pools included. */
export function holdsCaps(caps: number): string {
  if (caps === 0) return ": no cap is configured: only what upstreams declare can warn";
  return `, ${caps} ${caps === 1 ? "cap" : "caps"}`;
}

function capCount({ models, pools }: QuotaConfig): number {
  return models.length + pools.length;
}

/** Variables that a catalog reads keys from may have any name. */
function keyNames({ lanes }: Catalog): readonly string[] {
  return lanes.flatMap(({ auth }) => [auth.env ?? "", ...Object.values(auth.scopedEnv)]);
}

/** Read by the command line or its launcher alone. */
const OWN_VARIABLES = ["CCP_LAUNCHER", "CCP_LOG_LEVEL", "CCP_USE_DIST"];

/** A variable with a slip in its name changes nothing, and nobody is told. */
function unknownVariables(env: LocateOptions["env"], keys: readonly string[], cc: string): Check[] {
  const known = [...ENVIRONMENT.map(({ name }) => name), ...OWN_VARIABLES, ...keys];
  const strange = Object.keys(env).filter((name) => name.startsWith("CCP_") && !known.includes(name));
  return strange.map((name) => {
    const meant = didYouMean(
      name,
      known.map((one) => one.toLowerCase()),
    )?.toUpperCase();
    const what = `${safeText(name)} is no variable of ccp${meant === undefined ? "" : `; did you mean ${meant}?`}`;
    return warn("environment", what, `${cc} config show lists them all`);
  });
}

function environment(env: LocateOptions["env"], keys: readonly string[], cc: string): Check[] {
  const { warnings, errors } = parseEnv(env);
  const unknown = unknownVariables(env, keys, cc);
  if (warnings.length + errors.length + unknown.length === 0)
    return [ok("environment", "every CCP_ variable can be read")];
  return [
    ...unknown,
    ...errors.map((error) => fail("environment", error, "mend the variable: the gateway would not start")),
    ...warnings.map((warning) => warn("environment", warning, null)),
  ];
}

interface Fixes {
  readonly here: string;
  readonly inForce: string;
}

function fileChecks(
  name: "catalog" | "quotas",
  here: ConfigFile,
  inForce: FilesInForce | null,
  fixes: Fixes,
): Check[] {
  if (inForce === null) return [...fileCheck(name, "", here, fixes.here, fail), ...warnings(name, "", here)];
  const used = inForce[name];
  const shells = [
    ...fileCheck(name, "this shell's: ", here, fixes.here, warn),
    ...warnings(name, "this shell's: ", here),
  ];
  if (used === null) return shells;
  const told = fileCheck(name, "the gateway's: ", used, fixes.inForce, fail);
  const isSame = here.path === null ? used.path === null : resolve(here.path) === used.path;
  if (!isSame) return [...told, ...shells];
  // A gateway that has taken the file whole may find it broken when it reads it next.
  const isBrokenSince = used.issues.length === 0 && here.issues.length > 0;
  const since = isBrokenSince
    ? fileCheck(name, "changed since the gateway read it: ", here, fixes.inForce, warn)
    : [];
  return [...told, ...since, ...warnings(name, "", here)];
}

function fileCheck(
  name: string,
  whose: string,
  { path, issues, holds }: ConfigFile,
  fix: string,
  bad: typeof fail,
): Check[] {
  if (issues.length === 0) return [ok(name, `${whose}${path ?? "built-in"}${holds}`)];
  return issues.map((issue) => bad(name, `${whose}${formatIssue(path ?? name, issue)}`, fix));
}

function warnings(name: string, whose: string, file: ConfigFile): Check[] {
  return file.warnings.map((one) => warn(name, `${whose}${formatIssue(file.path ?? name, one)}`, null));
}
