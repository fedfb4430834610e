import { raw, status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, messageBody, OPUS, postMessage } from "../testing/messages.ts";
import { CANARY, openTestGateway, type TestGateway } from "../testing/open-test-gateway.ts";

const LANE_KEY = "sk-ant-CANARY-lane";
const JSON_BODY = '{"type":"message","content":[],"input_tokens":1}';
const STREAM_BODY =
  'event: message_start\ndata: {"type":"message_start","message":{}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n';

interface Way {
  readonly ask: (url: string) => Promise<Response>;
  readonly lane: "anthropic" | "zai";
  readonly type: string;
  readonly body: string;
}

/** Each way an answer of a lane takes to a client. */
const WAYS: Readonly<Record<string, Way>> = {
  "an answer of the client's own lane": way("anthropic", (url) => postMessage(url, { model: OPUS })),
  "an answer of a lane with a key": way("zai", (url) => postMessage(url, { model: HAIKU })),
  "a stream": {
    ...way("zai", (url) => postMessage(url, { model: HAIKU, stream: true })),
    type: "text/event-stream",
    body: STREAM_BODY,
  },
  "a count of tokens": way("zai", (url) => postMessage(url, { path: "/v1/messages/count_tokens" })),
  // Without a credential of its own: the lane's key goes with it.
  "a relayed answer": way("anthropic", (url) => fetch(`${url}/v1/models`)),
};

function way(lane: Way["lane"], ask: Way["ask"]): Way {
  return { lane, ask, type: "application/json", body: JSON_BODY };
}

async function answerWith(name: string, headers: readonly string[], code = 200): Promise<Response> {
  const { ask, lane, type, body } = WAYS[name] as Way;
  const opened: TestGateway = await openTestGateway({ env: { ANTHROPIC_AUTH_TOKEN: LANE_KEY } });
  const typed = headers.some((line) => /^content-type:/i.test(line)) ? [] : [`content-type: ${type}`];
  const head = [`HTTP/1.1 ${code} X`, ...typed, ...headers, `content-length: ${body.length}`];
  const step = raw(`${head.join("\r\n")}\r\n\r\n${body}`, "open");
  if (name === "a relayed answer") opened[lane].scriptPath("/v1/models", step);
  else if (name === "a count of tokens") opened[lane].scriptPath("/v1/messages/count_tokens", step);
  else opened[lane].script(step);
  const answer = await ask(opened.url);
  expect(await answer.text()).toBe(body);
  return answer;
}

const text = (answer: Response): string => JSON.stringify([...answer.headers]);

describe.each(Object.keys(WAYS))("%s", (name) => {
  it("lacks what a lane says to a browser and about its own host", async () => {
    const gone = [
      "set-cookie: a=1; path=/",
      "Set-Cookie2: a=1",
      'clear-site-data: "*"',
      "refresh: 0; url=http://evil.test/",
      "link: <http://evil.test/x.css>; rel=stylesheet",
      "access-control-allow-origin: *",
      "access-control-allow-credentials: true",
      "Access-Control-Expose-Headers: *",
      "cross-origin-opener-policy: unsafe-none",
      "cross-origin-resource-policy: cross-origin",
      "timing-allow-origin: *",
      "service-worker-allowed: /",
      "sourcemap: http://evil.test/m",
      "report-to: {}",
      'reporting-endpoints: a="http://evil.test"',
      "nel: {}",
      'alt-svc: h3=":443"',
      "strict-transport-security: max-age=99999999",
      "public-key-pins: x",
      "permissions-policy: camera=*",
      "x-frame-options: ALLOWALL",
      "content-security-policy-report-only: default-src *",
      "x-ccp-forged: 1",
      "X-CCP-Token-Count: forged",
      "x_ccp_forged: 1",
    ];
    const answer = await answerWith(name, [...gone, "content-security-policy: default-src *", "x-kept: yes"]);
    const names = [...answer.headers.keys()];
    expect(gone.filter((line) => names.includes(line.slice(0, line.indexOf(":")).toLowerCase()))).toEqual([]);
    expect(answer.headers.get("x-kept")).toBe("yes");
    expect(answer.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("lacks every header that repeats the lane's key", async () => {
    const key = (WAYS[name] as Way).lane === "zai" ? CANARY.zai : LANE_KEY;
    const answer = await answerWith(name, [
      `x-api-key: ${key}`,
      `authorization: Bearer ${key}`,
      `x-debug: request had x-api-key=${key.toUpperCase()};`,
      `x-echo: {"headers":{"authorization":"Bearer ${key}"}}`,
      `x-${key}: 1`,
      "x-kept: yes",
    ]);
    expect(text(answer).toLowerCase()).not.toContain(key.toLowerCase());
    expect(answer.headers.get("x-kept")).toBe("yes");
  });
});

describe("a page of a lane", () => {
  it.each([
    ["text/html; charset=utf-8", "text/plain; charset=utf-8"],
    ["TEXT/HTML", "text/plain"],
    ["application/xhtml+xml", "text/plain"],
    ["image/svg+xml", "text/plain"],
    ["text/xml;charset=utf-8", "text/plain;charset=utf-8"],
    ["text/javascript", "text/plain"],
    ["multipart/x-mixed-replace; boundary=x", "text/plain; boundary=x"],
    ["application/json; charset=utf-8", "application/json; charset=utf-8"],
    ["application/octet-stream", "application/octet-stream"],
  ])("of type %s is sent as %s", async (type, sent) => {
    const answer = await answerWith("a relayed answer", [`content-type: ${type}`]);
    expect(answer.headers.get("content-type")).toBe(sent);
    expect(answer.headers.get("content-security-policy")).toContain("sandbox");
  });
});

describe("an own error", () => {
  it("takes over no header of a lane that is not what it should be", async () => {
    const { url, zai } = await openTestGateway();
    const headers = { "retry-after": CANARY.zai, "x-should-retry": CANARY.zai };
    zai.script(status(429, "", headers));
    const answer = await postMessage(url, { model: "glm-5" });
    expect(answer.status).toBe(429);
    expect(text(answer) + (await answer.text())).not.toContain(CANARY.zai);
  });
});

describe("the gateway's own JSON", () => {
  it.each([
    ["/v1/usage", 200],
    ["/healthz", 200],
    ["/metrics", 200],
    ["/openapi.json", 200],
    ["/nowhere", 404],
    ["/v1/requests?limit=x", 400],
  ])("%s is never taken for anything else", async (path, code) => {
    const { url } = await openTestGateway();
    const answer = await fetch(url + path);
    expect([answer.status, answer.headers.get("x-content-type-options")]).toEqual([code, "nosniff"]);
  });

  it("is not given to pages of other programs", async () => {
    const { url, anthropic, zai } = await openTestGateway();
    const { port } = new URL(url);
    const pages = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate" },
      { origin: "http://localhost:3000" },
      { origin: "null" },
      // aattaran/deepclaude#16: names that begin like the right one.
      { origin: `http://127.0.0.1:${port}.evil.test` },
      { origin: `http://127.0.0.1.evil.test:${port}` },
      { origin: `http://localhost:${port}0` },
      { origin: `https://127.0.0.1:${port}` },
      { origin: `http://127.0.0.1:${port}/` },
    ];
    const paths = [
      "/",
      "/v1/usage",
      "/v1/events",
      "/metrics",
      "/dashboard",
      "/v1/models",
      "/api/oauth/usage",
    ];
    for (const headers of pages) {
      for (const path of paths) expect((await fetch(url + path, { headers })).status, path).toBe(403);
      for (const path of ["/v1/messages", "/v1/decisions", "/v1/statusline", "/v1/files"]) {
        const type = { "content-type": "application/json" };
        const init = { method: "POST", headers: { ...headers, ...type }, body: messageBody() };
        expect((await fetch(url + path, init)).status, path).toBe(403);
      }
    }
    expect(anthropic.connections + zai.connections).toBe(0);
  });
});
