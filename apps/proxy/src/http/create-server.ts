import { createServer, type Server } from "node:http";

type Listener = Parameters<typeof createServer>[1];

/** Many agents connect at once; the default backlog makes the kernel drop their first packets. */
export const LISTEN_BACKLOG = 4_096;

/** Connections of clients at one time; what comes beyond them is closed at once. */
export const MAX_CONNECTIONS = 2_048;

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
  server.maxConnections = MAX_CONNECTIONS;
  // Headers beyond Node's own count would vanish unseen; the guard refuses them instead.
  server.maxHeadersCount = 0;
  // A process that stood still finds its timers due and the next request in the socket: that is read first.
  server.on("timeout", (socket) => {
    const { bytesRead } = socket;
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });
  server.on("checkContinue", (incoming, outgoing) => {
    // The listener asks for the body, once it has let its request in.
    server.emit("request", incoming, outgoing);
  });
  server.on("connect", (_incoming, socket) => socket.destroy());
  return server;
}
