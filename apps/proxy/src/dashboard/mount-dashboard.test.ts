import { reply, status } from "@ccp/mock-upstream";
import { RequestsViewSchema, SeriesViewSchema, type UsageEvent } from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { CANARY, openTestGateway, type TestGateway } from "../testing/open-test-gateway.ts";

const QUOTAS = { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 10_000 } } };
const SPENT = status(429, {
  error: {
    code: "1308",
    message: "Usage limit reached for 5 hour. Your limit will reset at 2026-11-21 04:00:00",
  },
});

async function ask({ url }: TestGateway, model = HAIKU): Promise<string> {
  const answer = await postMessage(url, { model });
  await answer.text();
  return answer.headers.get("x-ccp-request-id") ?? "";
}

const getJson = async (url: string): Promise<unknown> => (await fetch(url)).json();

describe("GET /v1/requests", () => {
  it("tells every decision of a request, with the limits that were weighed", async () => {
    const gateway = await openTestGateway({ quotas: QUOTAS });
    gateway.zai.script(reply({ usage: { inputTokens: 4_000, outputTokens: 100 } }), SPENT);
    await ask(gateway);
    const rid = await ask(gateway);
    const { requests } = v.parse(RequestsViewSchema, await getJson(`${gateway.url}/v1/requests?rid=${rid}`));
    expect(requests).toHaveLength(1);
    const [request] = requests;
    expect(request).toMatchObject({ rid, model: HAIKU, completion: { lane: "anthropic", status: 200 } });
    expect(request?.decisions.map(({ lane, event }) => [lane, event?.reroute_decision])).toEqual([
      ["zai", "quota_pass"],
      ["anthropic", "quota_overshoot"],
    ]);
    expect(request?.decisions[0]).toMatchObject({
      preferred_lane: "zai",
      warn_threshold: 0.8,
      headroom_tokens: 5_900,
      constraints: [
        { name: "rolling", used_pct: 0.41, used_tokens: 4_100, capacity_tokens: 10_000, binding: true },
      ],
    });
    expect(Object.keys(request?.decisions[0]?.predicted ?? {})).toEqual(["zai", "anthropic"]);
  });

  it("tells of a request that no lane was asked for", async () => {
    const gateway = await openTestGateway();
    for (const lane of ["zai", "anthropic"])
      gateway.gateway.deps.book.setAuthError(lane, "no", gateway.clock.wallMs());
    const rid = await ask(gateway);
    const { requests } = v.parse(RequestsViewSchema, await getJson(`${gateway.url}/v1/requests?rid=${rid}`));
    expect(requests[0]?.decisions).toMatchObject([{ lane: null, preferred_lane: "zai" }]);
    expect(requests[0]?.completion).toMatchObject({ lane: "none" });
  });

  it("lists the newest first, and says what it does not hold", async () => {
    const gateway = await openTestGateway();
    const rids = [await ask(gateway), await ask(gateway), await ask(gateway)];
    const { requests } = v.parse(RequestsViewSchema, await getJson(`${gateway.url}/v1/requests?limit=2`));
    expect(requests.map(({ rid }) => rid)).toEqual([rids[2], rids[1]]);
    const gone = await fetch(`${gateway.url}/v1/requests?rid=01ABC`);
    expect([gone.status, await gone.json()]).toMatchObject([
      404,
      { error: { type: "invalid_request_error" } },
    ]);
    expect((await fetch(`${gateway.url}/v1/requests?limit=0`)).status).toBe(400);
    expect((await fetch(`${gateway.url}/v1/requests/x`)).status).toBe(404);
  });
});

describe("GET /v1/usage/series", () => {
  it("gives even steps of a known range", async () => {
    const gateway = await openTestGateway();
    await ask(gateway);
    const view = v.parse(SeriesViewSchema, await getJson(`${gateway.url}/v1/usage/series?range=5h`));
    expect(view.lanes.zai?.requests.at(-1)).toBe(1);
    expect((await fetch(`${gateway.url}/v1/usage/series?range=1y`)).status).toBe(400);
  });
});

describe("GET /dashboard", () => {
  it("may run nothing but what it brings along, and be framed by nobody", async () => {
    const { url } = await openTestGateway();
    const { headers } = await fetch(`${url}/dashboard`);
    const policy = (headers.get("content-security-policy") ?? "").replace(/'sha256-[^']+'/g, "HASH");
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      "script-src HASH HASH",
      "style-src HASH",
      "img-src data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(headers.get("cache-control")).toBe("no-store");
    expect((await fetch(`${url}/dashboard`, { headers: { origin: "https://example.org" } })).status).toBe(
      403,
    );
  });

  it("holds no markup of others and no secret", async () => {
    const gateway = await openTestGateway();
    const canary = "</script><script>hacked=1</script>\u202e\u0007";
    gateway.gateway.deps.book.setAuthError("zai", canary, gateway.clock.wallMs());
    await ask(gateway, "</script><img src=x>");
    const html = await (await fetch(`${gateway.url}/dashboard`)).text();
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html).not.toContain("<img");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is what this is about
    expect(html).not.toMatch(/[\u0000-\u0008\u202e]/);
    for (const secret of Object.values(CANARY)) expect(html).not.toContain(secret);
  });

  it("stays under 150 kB with a busy week behind it", async () => {
    const gateway = await openTestGateway({ quotas: QUOTAS });
    gateway.zai.script(reply({ usage: { inputTokens: 4_000, outputTokens: 100 } }));
    await ask(gateway);
    const { deps } = gateway.gateway;
    const template = gateway.completions()[0];
    if (template === undefined) throw new Error("no completion was logged");
    for (const event of week(template)) {
      deps.history.add(event);
      deps.requests.ended(event, "zai", null);
    }
    const plain = await fetch(`${gateway.url}/dashboard`, { headers: { "accept-encoding": "identity" } });
    const packed = await fetch(`${gateway.url}/dashboard`);
    expect([plain.headers.get("content-encoding"), packed.headers.get("content-encoding")]).toEqual([
      null,
      "gzip",
    ]);
    const html = await plain.text();
    expect(Buffer.byteLength(html) < 150_000).toBe(true);
    expect(Number(packed.headers.get("content-length")) < 60_000).toBe(true);
    // The two pages tell of two moments: their figures differ, their elements do not.
    const elements = (text: string): string[] => text.match(/<[!/]?[a-z]+/gi) ?? [];
    expect(elements(await packed.text())).toEqual(elements(html));
    expect(elements(html).at(-1)).toBe("</html");
    const view = v.parse(SeriesViewSchema, await getJson(`${gateway.url}/v1/usage/series?range=7d`));
    expect(view.lanes.zai?.requests.reduce((sum, count) => sum + count, 0)).toBe(2_016 + 1);
  });
});

/** An exchange on each of two lanes about every five minutes of the last week. */
function week(template: UsageEvent): UsageEvent[] {
  return Array.from({ length: 2_016 * 2 }, (_, at) => ({
    ...template,
    rid: `week${at}`,
    ts: template.ts - 1 - Math.floor(at / 2) * 290,
    lane: at % 2 === 0 ? "zai" : "anthropic",
    ttft_ms: 300 + (at % 97) * 20,
    latency_ms: 2_000 + (at % 89) * 200,
    input_tokens: 1_000 + at,
  }));
}
