import { lookup } from "node:dns/promises";
import type { Gateway } from "../start-gateway.ts";
import type { StartErrorParts } from "./start-error.ts";

/** A lane that leads back here would send each request round until the memory is full. @returns What is wrong. */
export async function refuseOwnAddress(
  gateway: Gateway,
): Promise<Pick<StartErrorParts, "what" | "why"> | null> {
  const own = new URL(gateway.url);
  for (const { lane } of gateway.deps.lanes.values()) {
    const url = new URL(lane.baseUrl);
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    if (port !== own.port) continue;
    if (await isThisMachine(url.hostname, own.hostname)) {
      return {
        what: `lane ${lane.id} leads to this gateway itself`,
        why: [`its base_url is ${lane.baseUrl}: each request would come back until the memory is full`],
      };
    }
  }
  return null;
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
