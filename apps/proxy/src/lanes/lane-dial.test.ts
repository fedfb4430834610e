import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { run, world } from "../testing/gateway-process.ts";
import { OPUS, postMessage } from "../testing/messages.ts";

const CERTIFICATE = fileURLToPath(new URL("../testing/tls/certificate.pem", import.meta.url));
const KEY = fileURLToPath(new URL("../testing/tls/key.pem", import.meta.url));
const ANSWER = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [{ type: "text", text: "ok" }],
};
const MESSAGE = {
  ...ANSWER,
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    (server as Server & { closeAllConnections?(): void }).closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}

function answer(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(MESSAGE));
}

interface Proxy {
  readonly port: number;
  /** What it was asked for, and with which credential. */
  readonly asked: {
    readonly target: string;
    readonly authorization: string | undefined;
    readonly host: string | undefined;
  }[];
}

/** @param status What it says to a request for a tunnel; 200 leads to the given port. */
async function proxy(status: number, port = 0): Promise<Proxy> {
  const asked: Proxy["asked"] = [];
  const note = ({ url = "", headers }: IncomingMessage): void => {
    asked.push({ target: url, authorization: headers["proxy-authorization"], host: headers.host });
  };
  const server = createHttpServer((request, response) => {
    note(request);
    if (status === 200) answer(request, response);
    else response.writeHead(status).end();
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    note(request);
    socket.on("error", () => {});
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const far = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connected\r\n\r\n");
      far.pipe(socket).pipe(far);
    });
    far.on("error", () => socket.destroy());
  });
  return { port: await listening(server), asked };
}

/** One lane elsewhere, one on this machine. */
async function gateway(baseUrl: string, proxyEnv: Record<string, string>) {
  const { env, providers, anthropic } = await world();
  writeFileSync(
    providers,
    `providers:
  anthropic: { base_url: "${baseUrl}", auth: { header_mode: passthrough }, trust_origin: true }
  near: { base_url: "${anthropic.url}", auth: { header_mode: none } }
routes:
  - { pattern: "near*", provider: near, fallback: [] }
  - { pattern: "*", provider: anthropic, fallback: [] }
`,
  );
  const started = run([], { ...env, NODE_EXTRA_CA_CERTS: CERTIFICATE, ...proxyEnv });
  return { url: await started.url(), output: started.output };
}

async function ask(url: string, model = OPUS) {
  const answered = await postMessage(url, { model });
  const body = (await answered.json()) as { error?: { message: string } };
  return { status: answered.status, message: body.error?.message };
}

const FAR = "https://upstream.example.invalid";
const BASIC = `Basic ${btoa("me:hunter2")}`;

describe("a lane behind a proxy", () => {
  // KarpelesLab/teamclaude#155, #157; cnighswonger/claude-code-cache-fix#54
  it("is reached through a tunnel, over TLS that trusts the certificates of the environment", async () => {
    const far = await listening(
      createTlsServer({ cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) }, answer),
    );
    const { port, asked } = await proxy(200, far);
    const { url, output } = await gateway(FAR, { HTTPS_PROXY: `http://me:hunter2@127.0.0.1:${port}` });
    expect(await ask(url)).toEqual({ status: 200, message: undefined });
    expect(await ask(url, "near-1")).toEqual({ status: 200, message: undefined });
    expect(asked).toEqual([
      { target: "upstream.example.invalid:443", authorization: BASIC, host: "upstream.example.invalid:443" },
    ]);
    expect(output()).toContain(
      `proxy      lanes elsewhere are reached through http://127.0.0.1:${port} (HTTPS_PROXY)`,
    );
    expect(output()).not.toContain("hunter2");
    const told = (await (await fetch(`${url}/v1/usage`)).json()) as { gateway: object };
    expect(told.gateway).toMatchObject({ proxies: [`http://127.0.0.1:${port} (HTTPS_PROXY)`] });
  });

  it("is asked for by its whole URL where it speaks no TLS", async () => {
    const { port, asked } = await proxy(200);
    const { url } = await gateway("http://upstream.example.invalid", {
      http_proxy: `http://me:hunter2@127.0.0.1:${port}`,
    });
    expect(await ask(url)).toEqual({ status: 200, message: undefined });
    expect(asked).toEqual([
      {
        target: "http://upstream.example.invalid/v1/messages?beta=true",
        authorization: BASIC,
        host: "upstream.example.invalid",
      },
    ]);
  });

  it.each([
    [FAR, 407, "answered 407: it wants a user and a password, or other ones"],
    ["http://upstream.example.invalid", 407, "answered 407: it wants a user and a password, or other ones"],
    [FAR, 502, "answered 502 when it was asked for a connection"],
  ])("tells why it could not be reached: %s, %d", async (base, status, why) => {
    const { port } = await proxy(status);
    const { url } = await gateway(base, { ALL_PROXY: `127.0.0.1:${port}` });
    expect(await ask(url)).toEqual({
      status: 502,
      message: `lane anthropic could not be reached: the proxy of ALL_PROXY ${why}`,
    });
  });

  it("tells that nobody listens there", async () => {
    const { port } = await proxy(200);
    const { url } = await gateway(FAR, { HTTPS_PROXY: `http://127.0.0.1:${port === 1 ? 2 : 1}` });
    expect(await ask(url)).toEqual({
      status: 502,
      message:
        "lane anthropic could not be reached: the proxy of HTTPS_PROXY could not be used (ECONNREFUSED)",
    });
  });
});
