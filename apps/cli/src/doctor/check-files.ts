import { type Catalog, formatIssue } from "@ccp/provider-catalog";
import { type LocateOptions, readCatalog, readQuotas } from "@ccp/provider-catalog/node";
import type { ConfigIssue } from "@ccp/usage-contract";
import { ENVIRONMENT, parseEnv } from "@ccp/usage-contract/core";
import { didYouMean } from "../args/did-you-mean.ts";
import { safeText } from "../render/safe-text.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** The files and variables that a gateway started from this shell would take, and what is wrong with them. */
export function checkFiles(where: LocateOptions, cc: string): Check[] {
  const catalog = readCatalog(where);
  const quotas = readQuotas(where);
  const { models, pools } = quotas.config;
  const lanes = `${catalog.path ?? "built-in"}, ${catalog.catalog.lanes.length} lanes`;
  const caps = models.length + pools.length;
  const noCaps = "no cap is configured: only what upstreams declare can warn";
  return [
    ...environment(where.env, keyNames(catalog.catalog), cc),
    ...fileChecks("catalog", catalog, lanes, `${cc} providers check ${catalog.path ?? ""}`),
    ...fileChecks(
      "quotas",
      quotas,
      quotas.path === null || caps === 0
        ? `${quotas.path ?? "built-in"}: ${noCaps}`
        : `${quotas.path}, ${caps} ${caps === 1 ? "cap" : "caps"}`,
      `mend the file, then: ${cc} quotas reload`,
    ),
  ];
}

/** Variables that a catalog reads keys from may have any name. */
function keyNames({ lanes }: Catalog): readonly string[] {
  return lanes.flatMap(({ auth }) => [auth.env ?? "", ...Object.values(auth.scopedEnv)]);
}

/** Read by the command line or its launcher alone. */
const OWN_VARIABLES = ["CCP_LOG_LEVEL", "CCP_USE_DIST"];

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

interface FileRead {
  readonly path: string | null;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
}

function fileChecks(name: string, { path, issues, warnings }: FileRead, good: string, fix: string): Check[] {
  const file = path ?? name;
  return [
    ...(issues.length === 0 ? [ok(name, good)] : []),
    ...issues.map((issue) => fail(name, formatIssue(file, issue), fix)),
    ...warnings.map((warning) => warn(name, formatIssue(file, warning), null)),
  ];
}
