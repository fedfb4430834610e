import type { Settings } from "@ccp/usage-contract";
import { findPortOwner } from "@ccp/usage-store/node";
import { request } from "undici";
import { CLI_NAME } from "./cli-name.ts";
import { otherPort, urlOf } from "./listen-address.ts";

const ASK_TIMEOUT_MS = 1_000;

type Address = Pick<Settings, "host" | "port">;

/** Who has a port, and what to do. */
export interface PortHolder {
  readonly who: string;
  readonly next: string;
}

/** Finds out who has the port, as far as it will say: a gateway tells its process itself. */
export async function describePortHolder(address: Address): Promise<PortHolder> {
  const { port } = address;
  const owner = findPortOwner(port);
  const other = `another port: --port ${otherPort(port)}`;
  const gateway = await askGateway(urlOf(address));
  if (gateway === null) {
    const who =
      owner === null ? "another program" : `another program (${owner.program}, process ${owner.pid})`;
    return { who: `${who} has the port`, next: `choose ${other}` };
  }
  const pid = gateway.pid ?? owner?.pid ?? null;
  return {
    who: `a ccp gateway${pid === null ? "" : ` (process ${pid})`} has the port`,
    next: `${CLI_NAME} status --url ${urlOf(address)} shows it; or choose ${other}`,
  };
}

/** Asked by one of the gateway's own routes: any other would go on to a vendor. `null`: no gateway answers. */
async function askGateway(url: string): Promise<{ readonly pid: number | null } | null> {
  try {
    const { body } = await request(`${url}/v1/usage`, {
      headersTimeout: ASK_TIMEOUT_MS,
      bodyTimeout: ASK_TIMEOUT_MS,
    });
    return readView(await body.json());
  } catch {
    // Whatever holds the port speaks no HTTP, no JSON, or not to us.
    return null;
  }
}

function readView(view: unknown): { readonly pid: number | null } | null {
  if (typeof view !== "object" || view === null || !("reroute_mode" in view)) return null;
  const gateway = "gateway" in view ? view.gateway : null;
  const pid = typeof gateway === "object" && gateway !== null && "pid" in gateway ? gateway.pid : null;
  return { pid: typeof pid === "number" ? pid : null };
}
