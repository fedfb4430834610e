import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Settings } from "@ccp/usage-contract";

const HIGHEST_PORT = 65_535;
const USUAL_PORT = 8082;

/** Where a gateway that listens there can be asked from this machine. */
export function urlOf({ host, port }: Pick<Settings, "host" | "port">): string {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

/** A port to try in place of one that cannot be had. */
export function otherPort(port: number): number {
  return port < 1024 || port >= HIGHEST_PORT ? USUAL_PORT : port + 1;
}

/** Whether a host is an address, or a name that leads to one. */
export async function isResolved(host: string): Promise<boolean> {
  if (isIP(host) !== 0) return true;
  return lookup(host).then(
    () => true,
    () => false,
  );
}
