import { lookup } from "node:dns/promises";
import type { Lane } from "@ccp/provider-catalog";
import type { ConfigIssue } from "@ccp/usage-contract";

/**
 * Lanes that lead back here: such a lane would send each request round until the memory is full.
 *
 * @param ownUrl `null` while nothing listens.
 */
export async function findOwnLanes(
  lanes: readonly Pick<Lane, "id" | "baseUrl">[],
  ownUrl: string | null,
): Promise<ConfigIssue[]> {
  if (ownUrl === null) return [];
  const own = new URL(ownUrl);
  const issues: ConfigIssue[] = [];
  for (const { id, baseUrl } of lanes) {
    const url = new URL(baseUrl);
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    if (port !== own.port || !(await isThisMachine(url.hostname, own.hostname))) continue;
    const message = `lane ${id} leads to this gateway itself: its base_url is ${baseUrl}, and each request would come back until the memory is full`;
    issues.push({ path: `providers.${id}.base_url`, message });
  }
  return issues;
}

async function isThisMachine(host: string, ownHost: string): Promise<boolean> {
  const bare = host.replace(/^\[|\]$/g, "");
  try {
    const addresses = await lookup(bare, { all: true });
    return addresses.some(
      ({ address }) => address === ownHost || address.startsWith("127.") || address === "::1",
    );
  } catch {
    // A name that does not resolve leads nowhere; its requests will say so.
    return false;
  }
}
