import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { nodeRequest } from "./node-request.ts";

let close = () => {};
afterEach(() => close());

/** Answers with what was sent to it, and with one header twice. */
async function echo(): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      response.writeHead(200, ["X-Ccp-Lane", "zai", "Set-Cookie", "a=1", "Set-Cookie", "b=2"]);
      response.end(`${request.method} ${request.headers["content-length"] ?? "no length"} ${body}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const rest = { headers: {}, timeoutMs: 3000, signal: new AbortController().signal };

describe("nodeRequest", () => {
  it("sends a body with its length in bytes", async () => {
    const url = await echo();
    const { text } = await nodeRequest({ method: "POST", url, body: '{"model":"glm-4.6 ✓"}', ...rest });
    expect(text).toBe('POST 23 {"model":"glm-4.6 ✓"}');
  });

  it("gives the headers that stand once", async () => {
    const { headers } = await nodeRequest({ method: "GET", url: await echo(), ...rest });
    expect(headers?.["x-ccp-lane"]).toBe("zai");
    expect(headers).not.toHaveProperty("set-cookie");
  });
});
