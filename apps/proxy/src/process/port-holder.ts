import type { Settings } from "@ccp/usage-contract";
import { findPortOwner } from "@ccp/usage-store/node";
import { request } from "undici";

const ASK_TIMEOUT_MS = 1_000;

/** Who has the port, as far as it will say, and what to do. */
export async function describePortHolder(settings: Settings, code: string): Promise<string> {
  if (code === "EACCES") return "ports below 1024 need rights; choose another: --port 8082";
  if (code !== "EADDRINUSE") return "check CCP_HOST (--host) and CCP_PORT (--port)";
  const other = `choose another port: --port ${settings.port + 1}`;
  return (await isGateway(settings))
    ? `a ccp gateway runs there already: npx cc status; or ${other}`
    : `${holderText(settings.port)} has the port; ${other}`;
}

function holderText(port: number): string {
  const owner = findPortOwner(port);
  return owner === null ? "another program" : `another program (${owner.program}, process ${owner.pid})`;
}

async function isGateway(settings: Settings): Promise<boolean> {
  try {
    const { headers, body } = await request(`${settings.url}/v1/no-such-route`, {
      headersTimeout: ASK_TIMEOUT_MS,
      bodyTimeout: ASK_TIMEOUT_MS,
    });
    await body.dump();
    return headers["x-ccp-request-id"] !== undefined;
  } catch {
    // Whatever holds the port speaks no HTTP, or not to us.
    return false;
  }
}
