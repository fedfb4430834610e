import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface StubGateway {
  readonly url: string;
  /** `METHOD /path` of every request, in order. */
  readonly calls: string[];
  /** Their `authorization` headers. */
  readonly authorizations: (string | undefined)[];
  close(): Promise<void>;
}

/** A real server on a free port of this machine. */
export async function startStubGateway(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<StubGateway> {
  const calls: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers.authorization);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    authorizations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
