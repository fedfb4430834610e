import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type ClientRequest, SECRETS } from "./fuzz-case.ts";
import { ID_HEADER } from "./lane-server.ts";

/** What a client saw on its connection. */
export interface Seen {
  readonly bytes: Buffer;
  readonly ending: "closed" | "reset" | "left" | "timeout";
}

/** A gateway that has said nothing for so long has lost the request, however busy the machine is. */
const PATIENCE_MS = 30_000;
const PIECE = 900;

/** Plays one client on a connection of its own, which it asks to be closed behind the answer. */
export async function sendRequest(port: number, request: ClientRequest, id: string): Promise<Seen> {
  await sleep(request.startMs);
  const { head, body } = requestBytes(port, request, id);
  const { leave } = request;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    let ending: Seen["ending"] = "closed";
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const goAway = (how: "fin" | "rst"): void => {
      ending = "left";
      if (how === "rst") socket.resetAndDestroy();
      else socket.destroy();
    };
    const patience = setTimeout(() => {
      ending = "timeout";
      socket.destroy();
    }, PATIENCE_MS);
    const leaving = leave.kind === "after_ms" ? setTimeout(() => goAway(leave.how), leave.ms) : undefined;
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (leave.kind === "after_bytes" && received >= leave.bytes) goAway(leave.how);
    });
    socket.on("error", () => {
      if (ending === "closed") ending = "reset";
    });
    socket.on("close", () => {
      clearTimeout(patience);
      clearTimeout(leaving);
      resolve({ bytes: Buffer.concat(chunks), ending });
    });
    void writeAll(request, Buffer.concat([head, body]), head.length, (piece) => {
      if (piece === null) goAway(leave.kind === "in_body" ? leave.how : "fin");
      else if (!socket.destroyed) socket.write(piece);
    });
  });
}

async function writeAll(
  { writes, leave }: ClientRequest,
  bytes: Buffer,
  headLength: number,
  write: (piece: Buffer | null) => void,
): Promise<void> {
  const stop =
    leave.kind === "in_body" ? headLength + Math.floor((bytes.length - headLength) * leave.share) : null;
  const sent = stop === null ? bytes : bytes.subarray(0, stop);
  const size = Math.max(1, Math.ceil(sent.length / writes));
  for (let at = 0; at < sent.length; at += size) {
    if (at > 0) await sleep(0);
    write(sent.subarray(at, at + size));
  }
  if (stop !== null) {
    await sleep(2);
    write(null);
  }
}

/** The body as it is sent, and without its encoding. */
export function requestBodies({ body, encoding }: ClientRequest): { sent: Buffer; plain: Buffer } {
  const text = body.replace(/\{\{x\*(\d+)\}\}/g, (_, count: string) => "x".repeat(Number(count)));
  const plain = Buffer.from(text);
  switch (encoding) {
    case "gzip":
      return { sent: gzipSync(plain), plain };
    case "br":
      return { sent: brotliCompressSync(plain), plain };
    case "zstd":
      return { sent: zstdCompressSync(plain), plain };
    default:
      return { sent: plain, plain };
  }
}

function requestBytes(port: number, request: ClientRequest, id: string): { head: Buffer; body: Buffer } {
  const { sent } = requestBodies(request);
  const hasBody = request.path !== "/v1/models";
  const lines = [
    `${hasBody ? "POST" : "GET"} ${request.path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `${ID_HEADER}: ${id}`,
    "anthropic-version: 2023-06-01",
    ...credentialLines(request),
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
    ...(request.headers.some(([name]) => name === "connection") ? [] : ["connection: close"]),
    ...(hasBody ? ["content-type: application/json"] : []),
    ...(request.encoding === "none" || !hasBody ? [] : [`content-encoding: ${request.encoding}`]),
    ...(hasBody
      ? [request.framing === "length" ? `content-length: ${sent.length}` : "transfer-encoding: chunked"]
      : []),
    "",
    "",
  ];
  const body = !hasBody ? Buffer.alloc(0) : request.framing === "length" ? sent : inChunks(sent);
  return { head: Buffer.from(lines.join("\r\n"), "latin1"), body };
}

function credentialLines({ credential }: ClientRequest): string[] {
  const bearer = `authorization: Bearer ${SECRETS.clientBearer}`;
  const key = `x-api-key: ${SECRETS.clientKey}`;
  if (credential === "none") return [];
  if (credential === "both") return [bearer, key];
  return [credential === "bearer" ? bearer : key];
}

function inChunks(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += PIECE) {
    const piece = body.subarray(at, at + PIECE);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}
