import { connect, type Socket } from "node:net";
import { createMessageReader } from "../http-reader.ts";

export interface AnswerEvents {
  data(bytes: Buffer): void;
  /** The answer is complete. */
  end(status: number): void;
  /** The connection is of no more use. Not called after `close()`. */
  fail(reason: string): void;
}

export interface Connection {
  send(request: Buffer): void;
  close(): void;
}

/** Opens one connection for requests one after the other. Rejects where nobody listens. */
export function openConnection(port: number, events: AnswerEvents): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let status = 0;
    let closed = false;
    const fail = (reason: string): void => {
      if (closed) return;
      closed = true;
      socket.destroy();
      events.fail(reason);
    };
    const reader = createMessageReader({
      head: (text) => {
        status = Number(text.slice("HTTP/1.1 ".length, "HTTP/1.1 ".length + 3));
      },
      data: events.data,
      end: () => events.end(status),
    });
    socket.on("data", (bytes) => reader.push(bytes));
    socket.on("close", () => fail("the connection was closed"));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.on("error", (error) => fail(error.message));
      resolve({
        send: (request) => void socket.write(request),
        close: () => {
          closed = true;
          socket.destroy();
        },
      });
    });
  });
}

/** One request, head and body in one piece, with the headers of a coding agent. */
export function requestBytes(port: number, body: Buffer): Buffer {
  const lines = [
    "POST /v1/messages?beta=true HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Accept: application/json",
    "Content-Type: application/json",
    "User-Agent: claude-cli/2.0.42 (external, cli)",
    "X-Stainless-Lang: js",
    "X-Stainless-Package-Version: 0.60.0",
    "X-Stainless-Runtime: node",
    "X-Stainless-Retry-Count: 0",
    "X-Stainless-Timeout: 600",
    "anthropic-dangerous-direct-browser-access: true",
    "anthropic-version: 2023-06-01",
    "anthropic-beta: claude-code-20250219,interleaved-thinking-2025-05-14",
    "Authorization: Bearer bench-not-a-key",
    "x-app: cli",
    "Accept-Encoding: gzip, deflate, br",
    "Connection: keep-alive",
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}
