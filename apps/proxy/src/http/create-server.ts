import { createServer, type Server } from "node:http";

type Listener = Parameters<typeof createServer>[1];

/** Many agents connect at once; the default backlog makes the kernel drop their first packets. */
export const LISTEN_BACKLOG = 4_096;

/**
 * An HTTP server whose limits end slow and silent peers. `Expect` is left to the listener, and a wish for another protocol
 * is passed over, as HTTP allows: some clients add one to every request and go on in HTTP/1.1.
 */
export function createGatewayServer(listener: NonNullable<Listener>): Server {
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
  // Headers beyond Node's own count would vanish unseen; the guard refuses them instead.
  server.maxHeadersCount = 0;
  server.on("checkContinue", (incoming, outgoing) => {
    // The listener asks for the body, once it has let its request in.
    server.emit("request", incoming, outgoing);
  });
  server.on("connect", (_incoming, socket) => socket.destroy());
  return server;
}
