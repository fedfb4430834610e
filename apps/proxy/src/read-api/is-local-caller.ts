import { isLoopbackHost } from "@ccp/usage-contract";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/** Whether a request came over this machine's loopback; one through a proxy on this machine did, too. */
export function isLocalCaller(c: Context): boolean {
  const { address } = getConnInfo(c).remote;
  return address !== undefined && isLoopbackHost(address);
}
