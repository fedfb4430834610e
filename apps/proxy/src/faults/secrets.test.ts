import {
  cutAfterEvents,
  errorFirst,
  html,
  type MockUpstream,
  reply,
  resetBeforeHeaders,
  type Step,
  status,
} from "@ccp/mock-upstream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HAIKU, messageBody, OPUS, postMessage } from "../testing/messages.ts";
import { CANARY, openTestGateway, type TestGateway } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";
import { openSocket } from "./raw-client.ts";

/** Both ways a client can prove itself, and a prompt that nobody may keep. */
const SECRETS = {
  bearer: CANARY.client,
  key: "sk-ant-api03-CANARY-client",
  prompt: "CANARY-prompt",
} as const;
const HEADERS = { "x-api-key": SECRETS.key, "x-ccp-token": "CANARY-token", cookie: "s=CANARY-cookie" };

function wire({ requests }: MockUpstream): string {
  return requests
    .map(({ url, rawHeaders, body }) => [url, ...rawHeaders, body.toString("latin1")].join("\n"))
    .join("\n");
}

/** Every text that the gateway itself gives out. */
async function outputs({ url, events, notices }: TestGateway): Promise<string> {
  const paths = [
    "/metrics",
    "/v1/usage",
    "/v1/quotas",
    "/v1/decisions",
    "/readyz",
    "/v1/usage/samples",
    "/v1/calibration",
  ];
  const texts = await Promise.all(paths.map(async (path) => (await fetch(url + path)).text()));
  return [...texts, JSON.stringify(events), ...notices, ...(await liveEvents(url))].join("\n");
}

async function liveEvents(url: string): Promise<string[]> {
  const stop = new AbortController();
  const answer = await fetch(`${url}/v1/events`, { headers: { "last-event-id": "0" }, signal: stop.signal });
  const first = await answer.body?.getReader().read();
  stop.abort();
  return [new TextDecoder().decode(first?.value)];
}

const FAULTS: readonly Step[] = [
  reply(),
  status(429, { error: { code: "1308", message: `[1308][limit for ${CANARY.zai}]` } }),
  status(401, { type: "error", error: { type: "authentication_error", message: `bad key ${CANARY.zai}` } }),
  status(500, { error: { message: "x" } }),
  status(529, {}),
  html(502),
  errorFirst("overloaded_error", "x"),
  resetBeforeHeaders(),
  cutAfterEvents(3, "rst"),
  status(400, { type: "error", error: { type: "invalid_request_error", message: "no" } }),
];

describe("credentials", () => {
  it("stay with their own lane on every path between lanes", async () => {
    const opened = await openTestGateway();
    const { url, anthropic, zai, clock } = opened;
    const step = fc.constantFrom(...FAULTS);
    const run = fc.record({
      model: fc.constantFrom(HAIKU, OPUS, "glm-5", "unknown-model"),
      stream: fc.boolean(),
      path: fc.constantFrom("/v1/messages", "/v1/messages/count_tokens", "/v1/models"),
      zai: fc.array(step, { maxLength: 2 }),
      anthropic: fc.array(step, { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ model, stream, path, ...scripts }) => {
        zai.script(...scripts.zai);
        anthropic.script(...scripts.anthropic);
        await postMessage(url, { model, stream, path, prompt: SECRETS.prompt, headers: HEADERS })
          .then((answer) => answer.text())
          .catch(() => "broken");
        // Marks and pauses end, so that both lanes are asked again.
        clock.advance(8 * 86_400_000);
        opened.gateway.deps.book.clearAuthError();
      }),
      { numRuns: 150 },
    );
    expect(zai.requests.length).toBeGreaterThan(20);
    expect(anthropic.requests.length).toBeGreaterThan(20);
    for (const secret of [SECRETS.bearer, SECRETS.key]) expect(wire(zai)).not.toContain(secret);
    expect(wire(anthropic)).not.toContain(CANARY.zai);
    for (const lane of [zai, anthropic]) {
      expect(wire(lane)).not.toContain("CANARY-token");
      expect(wire(lane)).not.toContain("CANARY-cookie");
    }
    const shown = await outputs(opened);
    for (const secret of [...Object.values(SECRETS), CANARY.zai, "CANARY"])
      expect(shown).not.toContain(secret);
    await expectSettled(opened);
  });

  it("of the gateway's own errors are none", async () => {
    const { url, anthropic, zai } = await openTestGateway();
    anthropic.script(resetBeforeHeaders(), resetBeforeHeaders());
    zai.script(resetBeforeHeaders(), resetBeforeHeaders());
    const answer = await postMessage(url, { prompt: SECRETS.prompt, headers: HEADERS });
    expect(answer.status).toBe(502);
    const text = `${JSON.stringify([...answer.headers])}${await answer.text()}`;
    expect(text).not.toContain("CANARY");
    expect(text).not.toContain("127.0.0.1");
  });
});

describe("an upstream", () => {
  it.each<[string, Record<string, string>, string, Record<string, unknown>]>([
    [
      "a header",
      { "x-base-url": "EVIL", "x-ccp-lane": "EVIL", "x-upstream": "EVIL", "x-forwarded-host": "EVIL" },
      "",
      {},
    ],
    ["the query", {}, "?url=EVIL&base_url=EVIL&lane=EVIL", {}],
    ["the body", {}, "", { api_base: "EVIL", base_url: "EVIL", lane: "EVIL", provider: "EVIL" }],
  ])("is never chosen by the client: %s", async (_name, headers, query, fields) => {
    const evil = await openTestGateway();
    const { url, anthropic, zai } = await openTestGateway();
    const place = (text: string): string => text.replaceAll("EVIL", evil.url);
    const answer = await fetch(`${url}/v1/messages${place(query)}`, {
      method: "POST",
      headers: JSON.parse(
        place(JSON.stringify({ "content-type": "application/json", ...headers })),
      ) as Record<string, string>,
      body: place(JSON.stringify({ ...JSON.parse(messageBody({ model: OPUS })), ...fields })),
    });
    expect(answer.status).toBe(200);
    expect([anthropic.requests.length, zai.requests.length]).toEqual([1, 0]);
    expect(evil.events).toHaveLength(0);
    expect(evil.anthropic.connections + evil.zai.connections).toBe(0);
  });

  it.each([
    ["a foreign origin", { origin: "https://evil.test" }, 403],
    ["no origin at all", { origin: "null" }, 403],
    ["a no-cors fetch", { "sec-fetch-mode": "no-cors" }, 403],
    ["a cross-site form", { "sec-fetch-site": "cross-site", "content-type": "text/plain" }, 403],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
  ])("is never dialled for a page on another site: %s", async (_name, headers, code) => {
    const { url, anthropic, zai } = await openTestGateway();
    const { port } = new URL(url);
    const socket = await openSocket(url);
    const body = messageBody();
    const lines = Object.entries({ "content-type": "application/json", ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    socket.end(
      [
        `POST /v1/messages HTTP/1.1`,
        `host: 127.0.0.1:${port}`,
        ...lines,
        `content-length: ${body.length}`,
        "",
        body,
      ].join("\r\n"),
    );
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
    expect(text.toLowerCase()).not.toContain("access-control");
    expect(anthropic.connections + zai.connections).toBe(0);
  });
});
