import { accessSync, constants } from "node:fs";
import type { UsageView } from "@ccp/usage-contract";
import type { Settings } from "@ccp/usage-contract/core";
import { type Check, ok, warn } from "./check.ts";

/**
 * What stands between a gateway and its lanes. Never a credential.
 *
 * @param view What a running gateway told; `null`: what one started from this shell would do.
 */
export function checkNetwork(
  view: Pick<UsageView, "gateway"> | null,
  { proxies, extraCaCerts }: Pick<Settings, "proxies" | "extraCaCerts">,
): Check[] {
  const told = view?.gateway?.proxies;
  const own = [proxies.https, proxies.http].flatMap((proxy) =>
    proxy === null ? [] : [`${proxy.origin} (${proxy.variable})`],
  );
  const used = view === null ? [...new Set(own)] : (told ?? []);
  const isMissed = view !== null && used.length === 0 && own.length > 0;
  return [
    ...used.map((proxy) => ok("proxy", `lanes elsewhere are reached through ${proxy}`)),
    ...(isMissed
      ? [
          warn(
            "proxy",
            `this shell has ${own.join(" and ")}, the gateway uses no proxy`,
            "start it with the same variables",
          ),
        ]
      : []),
    ...certificates(extraCaCerts),
  ];
}

/** Node says of a file that it cannot read no more than a warning, and goes on without. */
function certificates(path: string | null): Check[] {
  if (path === null) return [];
  try {
    accessSync(path, constants.R_OK);
    return [ok("certificates", `those of ${path} are trusted, too (NODE_EXTRA_CA_CERTS)`)];
  } catch {
    return [
      warn("certificates", `${path} cannot be read (NODE_EXTRA_CA_CERTS)`, "name a file of PEM certificates"),
    ];
  }
}
