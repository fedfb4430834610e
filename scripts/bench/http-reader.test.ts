import { describe, expect, it } from "vitest";
import { createMessageReader } from "./http-reader.ts";

function read(text: string, pieceLength: number): string[] {
  const seen: string[] = [];
  let body = "";
  const reader = createMessageReader({
    head: (head) => seen.push(head.split("\r\n", 1)[0] ?? ""),
    data: (bytes) => {
      body += bytes.toString();
    },
    end: () => {
      seen.push(body);
      body = "";
    },
  });
  for (let at = 0; at < text.length; at += pieceLength) {
    reader.push(Buffer.from(text.slice(at, at + pieceLength)));
  }
  return seen;
}

const MESSAGES =
  "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" +
  "GET /b HTTP/1.1\r\nhost: x\r\n\r\n" +
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n" +
  "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n";

describe("createMessageReader", () => {
  it.each([1, 2, 3, 7, 50, 1000])("reads message after message in pieces of %d bytes", (pieceLength) => {
    expect(read(MESSAGES, pieceLength)).toEqual([
      "POST /a HTTP/1.1",
      "hello",
      "GET /b HTTP/1.1",
      "",
      "HTTP/1.1 200 OK",
      "abc0123456789",
      "HTTP/1.1 204 No Content",
      "",
    ]);
  });
  it("says nothing of a message that has not ended", () => {
    expect(read("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc", 100)).toEqual(["HTTP/1.1 200 OK"]);
  });
});
