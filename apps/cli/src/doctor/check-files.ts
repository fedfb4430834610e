import { formatIssue } from "@ccp/provider-catalog";
import { type LocateOptions, readCatalog, readQuotas } from "@ccp/provider-catalog/node";
import type { ConfigIssue } from "@ccp/usage-contract";
import { parseEnv } from "@ccp/usage-contract/core";
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
    ...environment(where.env),
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

function environment(env: LocateOptions["env"]): Check[] {
  const { warnings, errors } = parseEnv(env);
  if (warnings.length + errors.length === 0) return [ok("environment", "every CCP_ variable can be read")];
  return [
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
