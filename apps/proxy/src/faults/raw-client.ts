import { connect, type Socket } from "node:net";
import { CANARY } from "../testing/open-test-gateway.ts";

/** What came back on one connection. */
export interface RawAnswer {
  /** Every byte, one character each. */
  readonly text: string;
  /** Status of the first answer; `null` when none came. */
  readonly status: number | null;
  readonly ending: "closed" | "reset";
}

export interface RawOptions {
  /** Closes the connection as soon as this much has come. Default: waits for the other side. */
  readonly until?: RegExp;
  /** Ends the sending side once everything is written. */
  readonly halfClose?: boolean;
  /** Closes the connection after this long, whatever has come. Default: never. */
  readonly patienceMs?: number;
}

/** Sends bytes as they are on a connection of their own and reads until it ends. `PORT` stands for the port. */
export function sendRaw(
  url: string,
  bytes: string | Uint8Array,
  options: RawOptions = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = "";
    let ending: RawAnswer["ending"] = "closed";
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: options.halfClose ?? false });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (options.until?.test(text)) socket.destroy();
    });
    socket.on("end", () => socket.end());
    socket.on("error", () => {
      ending = "reset";
    });
    const patience =
      options.patienceMs === undefined ? null : setTimeout(() => socket.destroy(), options.patienceMs);
    socket.on("close", () => {
      if (patience !== null) clearTimeout(patience);
      resolve({ text, status: statusOf(text), ending });
    });
    socket.write(typeof bytes === "string" ? bytes.replaceAll("PORT", port) : bytes);
    if (options.halfClose) socket.end();
  });
}

/** Opens a connection and leaves it to the test. */
export function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once("error", reject);
    socket.on("error", () => undefined);
  });
}

/** Head and body of a Messages request with a right length, unless the headers given say otherwise. */
export function rawMessage(body: string | Uint8Array, headers: readonly string[] = []): Buffer {
  const bytes = Buffer.from(body);
  const framed = headers.some((line) => /^(content-length|transfer-encoding)/i.test(line));
  return Buffer.concat([
    Buffer.from(rawHead([...headers, ...(framed ? [] : [`content-length: ${bytes.length}`])]), "latin1"),
    bytes,
  ]);
}

/** Head of a Messages request as a subscriber's client sends it. */
export function rawHead(headers: readonly string[], host = "localhost:PORT"): string {
  return `${[
    "POST /v1/messages HTTP/1.1",
    `host: ${host}`,
    "content-type: application/json",
    `authorization: Bearer ${CANARY.client}`,
    ...headers,
  ].join("\r\n")}\r\n\r\n`;
}

function statusOf(text: string): number | null {
  const [, digits] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** How many answers stand in the bytes of a connection. */
export function answersIn(text: string): number {
  return [...text.matchAll(/HTTP\/1\.1 \d{3} /g)].length;
}
