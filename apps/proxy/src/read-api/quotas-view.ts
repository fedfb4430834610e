import type { QuotasView } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";

/** `GET /v1/quotas`: the file in force as it stands, and what was wrong with it. */
export function quotasView(deps: Deps): QuotasView {
  const { file, path, issues, loadedAtMs } = deps.quotas.current();
  const { $schema: _schema, ...config } = file;
  return {
    config,
    path,
    loaded: new Date(loadedAtMs).toISOString(),
    ...(issues.length > 0 ? { issues: issues.map((issue) => ({ ...issue })) } : {}),
  };
}
