import { createServer } from "node:net";
import type { Settings } from "@ccp/usage-contract";
import { otherPort } from "./listen-address.ts";
import { describePortHolder } from "./port-holder.ts";
import { StartError, type StartErrorParts } from "./start-error.ts";

/**
 * Listens for a moment, before any file is touched: a start that cannot listen must not leave traces of a gateway that
 * never ran.
 *
 * @throws {StartError} Naming who has the port.
 */
export async function tryAddress(settings: Settings): Promise<void> {
  const { host, port } = settings;
  if (port === 0) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw await explainListenError(settings, error);
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** What a person needs to know of an address that cannot be listened on; anything else as it was. */
export async function explainListenError(settings: Settings, error: unknown): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const { host, port } = settings;
  return new StartError({
    what: `cannot listen on ${host} port ${port}`,
    ...(await reasonOf(code, settings)),
  });
}

async function reasonOf(code: string, settings: Settings): Promise<Pick<StartErrorParts, "why" | "next">> {
  const { host, port } = settings;
  switch (code) {
    case "EADDRINUSE": {
      const { who, next } = await describePortHolder(settings);
      return { why: [`${who} (${code})`], next };
    }
    case "EACCES":
      return {
        why: [`the port needs rights that this user does not have (${code})`],
        next: `--port ${otherPort(port)}`,
      };
    case "EADDRNOTAVAIL":
      return {
        why: [`${host} is no address of this machine (${code})`],
        next: "choose another: --host 127.0.0.1",
      };
    default:
      return { why: [code], next: "check CCP_HOST (--host) and CCP_PORT (--port)" };
  }
}
