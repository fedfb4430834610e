import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { messageBody } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";

/** Sends bytes as they are and reads the status line and body of the first answer. */
function exchangeRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let seen = "";
    const socket = connect(Number(port), hostname, () => socket.write(text.replaceAll("PORT", port)));
    socket.on("data", (chunk) => {
      seen += chunk.toString("latin1");
      if (/\r\n\r\n/.test(seen)) socket.end();
    });
    socket.on("close", () => resolve(seen));
    socket.on("error", reject);
  });
}

const get = (path: string, headers: string): string => `GET ${path} HTTP/1.1\r\n${headers}\r\n\r\n`;

describe("the guard", () => {
  it.each([
    ["a rebound name", get("/healthz", "Host: evil.test:PORT"), "403"],
    ["a rebound name on /metrics", get("/metrics", "Host: evil.test:PORT"), "403"],
    ["an empty host", get("/healthz", "Host: :PORT"), "403"],
    ["a broken host", get("/healthz", "Host: [::"), "403"],
    ["two hosts", get("/healthz", "Host: 127.0.0.1:PORT\r\nHost: evil.test"), "400"],
    ["another authority in the target", get("http://evil.test/v1/usage", "Host: 127.0.0.1:PORT"), "400"],
    ["a foreign origin", get("/v1/usage", "Host: 127.0.0.1:PORT\r\nOrigin: https://evil.test"), "403"],
    ["the null origin", get("/v1/usage", "Host: 127.0.0.1:PORT\r\nOrigin: null"), "403"],
    ["a no-cors fetch", get("/v1/usage", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Mode: no-cors"), "403"],
    ["a cross-site call", get("/v1/usage", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site"), "403"],
    [
      "a credential named in Connection",
      get("/v1/models", "Host: 127.0.0.1:PORT\r\nConnection: authorization"),
      "400",
    ],
    ["its own name", get("/healthz", "Host: localhost:PORT"), "200"],
    ["its own address in the target", get("http://127.0.0.1:PORT/healthz", "Host: 127.0.0.1:PORT"), "200"],
  ])("%s: %s", async (_name, text, status) => {
    const { url } = await openTestGateway();
    expect(await exchangeRaw(url, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it.each([["//v1/quotas"], ["/v1%2Fquotas"], ["/v1/..%2fadmin"], ["/favicon.ico"], ["/nowhere"]])(
    "path %s never reaches an upstream by a trick",
    async (path) => {
      const { url, anthropic } = await openTestGateway();
      const answer = await exchangeRaw(url, get(path, "Host: 127.0.0.1:PORT"));
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(anthropic.requests).toHaveLength(0);
    },
  );
});

describe("methods and types", () => {
  it.each(["HEAD", "OPTIONS", "PUT", "GET", "DELETE"])(
    "%s on /v1/messages is 405 with allow",
    async (method) => {
      const { url } = await openTestGateway();
      const answer = await fetch(`${url}/v1/messages`, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    },
  );

  it("refuses what a page could send as a simple request", async () => {
    const { url, anthropic, zai } = await openTestGateway();
    const answer = await fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: messageBody(),
    });
    expect(answer.status).toBe(415);
    expect(anthropic.requests.length + zai.requests.length).toBe(0);
  });

  it("refuses a large body before reading it, also when it asks first", async () => {
    const { url } = await openTestGateway({ settings: { maxBodyBytes: 1024 } });
    const head = "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/json\r\n";
    expect(await exchangeRaw(url, `${head}Content-Length: 104857600\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
    expect(
      await exchangeRaw(url, `${head}Expect: 100-continue\r\nContent-Length: 104857600\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 413 /);
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n800\r\n${"x".repeat(2048)}\r\n`;
    expect(await exchangeRaw(url, chunked)).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe("tokens", () => {
  it("mutating routes want the admin token once one is set", async () => {
    const { url } = await openTestGateway({ settings: { adminToken: "admin-secret" } });
    const mark = (headers: Record<string, string>) =>
      fetch(`${url}/v1/quotas/mark-429`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "glm-5" }),
      });
    expect((await mark({})).status).toBe(401);
    expect((await mark({ authorization: "Bearer wrong" })).status).toBe(401);
    expect((await mark({ authorization: "Bearer admin-secret" })).status).toBe(204);
  });

  it("the exchange wants the client token once one is set, and keeps it", async () => {
    const { url, zai } = await openTestGateway({ settings: { clientToken: "client-secret" } });
    const post = (headers: Record<string, string>) =>
      fetch(`${url}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: messageBody(),
      });
    expect((await post({})).status).toBe(403);
    expect((await post({ "x-ccp-token": "client-secret" })).status).toBe(200);
    expect(zai.requests[0]?.rawHeaders.join("\n")).not.toContain("client-secret");
  });

  // router-for-me/CLIProxyAPI#4013, kittors/CliRelay#183: a ban that probes without a key bring on, and that a right key does not end.
  it("that are guessed at are answered late, counted and said once; a right one is never refused", async () => {
    const { url, gateway, notices } = await openTestGateway({ settings: { adminToken: "admin-secret" } });
    const tryToken = async (token: string | null) => {
      const headers: Record<string, string> = { "content-type": "application/json" };
      if (token !== null) headers.authorization = `Bearer ${token}`;
      const body = JSON.stringify({ model: "glm-5" });
      const startedMs = performance.now();
      const answer = await fetch(`${url}/v1/quotas/mark-429`, { method: "POST", headers, body });
      return {
        status: answer.status,
        tookMs: performance.now() - startedMs,
        wait: answer.headers.get("retry-after"),
      };
    };
    for (let probe = 0; probe < 10; probe += 1) expect((await tryToken(null)).status).toBe(401);
    const guesses = await Promise.all(Array.from({ length: 7 }, (_, index) => tryToken(`guess-${index}`)));
    expect(guesses.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429]);
    for (const { tookMs, wait } of guesses.filter(({ status }) => status === 429)) {
      expect(tookMs).toBeGreaterThanOrEqual(240);
      expect(wait).toBe("2");
    }
    const right = await tryToken("admin-secret");
    expect(right.status).toBe(204);
    expect(right.tookMs).toBeGreaterThanOrEqual(990);
    expect((await tryToken("once-more")).status).toBe(401);
    expect(notices.filter((line) => line.includes("wrong admin tokens"))).toHaveLength(1);
    expect(notices.join()).not.toMatch(/guess-|admin-secret/);
    const { body } = await gateway.deps.metrics.render(false);
    expect(body).toContain('ccp_token_refusals_total{kind="admin"} 8');
  });

  it("that are guessed at by way of the status line or of a client are held too", async () => {
    const { url, gateway } = await openTestGateway({
      settings: { adminToken: "admin-secret", clientToken: "client-secret" },
    });
    const post = (path: string, headers: Record<string, string>) =>
      fetch(url + path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: path === "/v1/statusline" ? "{}" : messageBody(),
      });
    const ways: [string, Record<string, string>, number][] = [
      ["/v1/statusline", { authorization: "Bearer guess" }, 200],
      ["/v1/messages", { "x-ccp-token": "guess" }, 403],
      ["/v1/models", { "x-ccp-token": "guess" }, 403],
    ];
    for (const [path, headers, status] of ways) {
      const answers = await Promise.all(Array.from({ length: 6 }, () => post(path, headers)));
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => status));
    }
    const { body } = await gateway.deps.metrics.render(false);
    expect(body).toContain('ccp_token_refusals_total{kind="admin"} 6');
    expect(body).toContain('ccp_token_refusals_total{kind="client"} 12');
    expect((await post("/v1/messages", { "x-ccp-token": "client-secret" })).status).toBe(200);
  });
});
