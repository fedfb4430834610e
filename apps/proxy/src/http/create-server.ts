import { createServer, type Server } from "node:http";

type Listener = Parameters<typeof createServer>[1];

/** Many agents connect at once; the default backlog makes the kernel drop their first packets. */
export const LISTEN_BACKLOG = 4_096;

/** An HTTP server whose limits end slow and silent peers, and that answers `Expect` without reading a body first. */
export function createGatewayServer(listener: NonNullable<Listener>, maxBodyBytes: number): Server {
  const server = createServer(
    {
      maxHeaderSize: 32 * 1024,
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 75_000,
      noDelay: true,
      keepAlive: true,
    },
    listener,
  );
  server.maxConnections = 2_048;
  server.on("checkContinue", (incoming, outgoing) => {
    // A body that will be refused is not asked for.
    const declared = Number(incoming.headers["content-length"] ?? 0);
    if (declared <= maxBodyBytes) outgoing.writeContinue();
    server.emit("request", incoming, outgoing);
  });
  server.on("upgrade", (_incoming, socket) => socket.destroy());
  server.on("connect", (_incoming, socket) => socket.destroy());
  return server;
}
