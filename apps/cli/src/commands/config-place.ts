import type { LocateOptions } from "@ccp/provider-catalog/node";
import type { Session } from "../session.ts";

/** Where a gateway started from here looks for its files. */
export function configPlace({ deps }: Session): LocateOptions {
  const { env, checkoutDir, homeDir } = deps;
  return { env, checkoutDir, homeDir };
}
