import { createServer } from "node:net";
import type { Settings } from "@ccp/usage-contract";
import { describePortHolder } from "./port-holder.ts";
import { StartError } from "./start-error.ts";

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
  return new StartError(`cannot listen on ${settings.host} port ${settings.port}: ${code}`, [
    await describePortHolder(settings, code),
  ]);
}
