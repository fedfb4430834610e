import { hang, resetBeforeHeaders } from "@ccp/mock-upstream";
import { vi } from "vitest";
import type { RawQuestion } from "./ask-raw.ts";
import { HAIKU, messageBody, OPUS, postMessage } from "./messages.ts";
import type { TestGateway, TestGatewayOptions } from "./open-test-gateway.ts";

/** A question whose answer is held against the API description. */
export interface ApiCase {
  readonly status: number;
  /** Default: the route's own media type. */
  readonly type?: string;
  /** Default: the route's path without a query. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly until?: RegExp;
  readonly gateway?: TestGatewayOptions;
  /** Brings the gateway where the answer comes from. */
  readonly arrange?: (gateway: TestGateway) => unknown;
  /** Asked while the answer is being read: what a stream of events tells of. */
  readonly meanwhile?: (gateway: TestGateway) => unknown;
}

const JSON_TYPE = { "content-type": "application/json" };
const ok: ApiCase = { status: 200 };
const QUOTAS = {
  models: {
    "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1_000_000, weekly_limit_value: 9_000_000 },
  },
};
const served = async ({ url }: TestGateway): Promise<void> => {
  await (await postMessage(url, { model: HAIKU })).text();
  await (await postMessage(url, { model: OPUS, stream: true })).text();
};
const markBoth = async ({ url }: TestGateway): Promise<void> => {
  for (const lane of ["zai", "anthropic"])
    await fetch(`${url}/v1/quotas/mark-429`, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ model: HAIKU, lane, retry_after_sec: 600 }),
    });
};
const afterTraffic: ApiCase = { status: 200, gateway: { quotas: QUOTAS }, arrange: served };

/**
 * What each route is asked, beside what every route of its kind is asked anyway (bad bodies, bad queries, missing tokens,
 * foreign pages). A new route needs a row here, and a new status in its entry of ENDPOINTS a case in its row.
 */
export const API_CASES: Readonly<Record<string, readonly ApiCase[]>> = {
  "POST /v1/messages": [
    { status: 200, body: messageBody(), type: "application/json" },
    { status: 200, body: messageBody({ stream: true }), type: "text/event-stream" },
    { status: 400, body: { messages: [] } },
    { status: 403, body: messageBody(), gateway: { settings: { clientToken: "wanted" } } },
    { status: 413, body: messageBody(), gateway: { settings: { maxBodyBytes: 16 } } },
    { status: 415, body: messageBody(), headers: { "content-type": "text/plain" } },
    { status: 415, body: messageBody(), headers: { ...JSON_TYPE, "content-encoding": "lzma" } },
    { status: 429, body: messageBody(), arrange: markBoth },
    {
      status: 502,
      body: messageBody({ model: OPUS }),
      arrange: ({ anthropic, zai }) => {
        for (const lane of [anthropic, zai]) lane.script(resetBeforeHeaders(), resetBeforeHeaders());
      },
    },
    { status: 503, body: messageBody({ model: "glm-5" }), gateway: { env: { ZAI_API_KEY: "" } } },
    {
      status: 504,
      body: messageBody({ model: OPUS }),
      gateway: { settings: { headerTimeoutMs: 50 } },
      arrange: ({ anthropic, zai }) => {
        for (const lane of [anthropic, zai]) lane.script(hang(), hang());
      },
    },
  ],
  "POST /v1/messages/count_tokens": [
    { status: 200, body: messageBody(), type: "application/json" },
    { status: 400, body: { messages: [] } },
    { status: 413, body: messageBody(), gateway: { settings: { maxBodyBytes: 16 } } },
    { status: 415, body: messageBody(), headers: { "content-type": "text/plain" } },
  ],
  "HEAD /": [ok],
  "GET /": [ok],
  "HEAD /api/hello": [ok],
  "GET /healthz": [ok],
  "GET /readyz": [
    ok,
    {
      status: 503,
      arrange: ({ gateway }) => {
        gateway.deps.drain.active = true;
      },
    },
    { status: 503, gateway: { env: { ZAI_API_KEY: "" }, catalog: ({ zai }) => onlyZai(zai) } },
  ],
  "GET /v1/usage": [
    ok,
    { ...afterTraffic, path: "/v1/usage?model=claude-sonnet-5" },
    { status: 400, path: "/v1/usage?model=" },
    afterTraffic,
    { ...afterTraffic, arrange: markBoth },
  ],
  "GET /v1/usage/samples": [
    { ...afterTraffic, path: "/v1/usage/samples?since=0" },
    { status: 400, path: "/v1/usage/samples?since=yesterday" },
  ],
  "GET /v1/usage/rollups": [
    { ...afterTraffic, path: "/v1/usage/rollups?granularity=hour" },
    { ...afterTraffic, path: "/v1/usage/rollups?granularity=day" },
    { status: 400, path: "/v1/usage/rollups?granularity=year" },
  ],
  "GET /v1/usage/series": [{ ...afterTraffic, path: "/v1/usage/series?range=5h" }],
  "GET /v1/usage/windows": [afterTraffic],
  "POST /v1/usage/import": [
    {
      status: 200,
      body: {
        rows: [
          {
            id: "msg_1",
            ts: 1_795_000_000,
            lane: "anthropic",
            model: HAIKU,
            input_tokens: 10,
            output_tokens: 2,
            cache_creation_tokens: 0,
            cache_read_tokens: 0,
          },
        ],
      },
    },
  ],
  "GET /v1/requests": [
    afterTraffic,
    { ...afterTraffic, arrange: markBoth, meanwhile: served },
    { status: 404, path: "/v1/requests?rid=unknown" },
  ],
  "GET /v1/providers": [ok, { status: 200, gateway: { env: { ZAI_API_KEY: "" } } }],
  "POST /v1/providers/test": [
    { status: 200, body: { lane: "zai" } },
    {
      status: 200,
      body: { lane: "zai" },
      arrange: ({ zai }) => zai.scriptPath("/v1/models", resetBeforeHeaders()),
    },
    { status: 404, body: { lane: "nowhere" } },
  ],
  "GET /v1/quotas": [ok, { status: 200, gateway: { quotas: QUOTAS } }],
  "POST /v1/providers/reload": [
    { status: 204 },
    { status: 400, path: "/v1/providers/reload?file=/etc/passwd" },
    {
      status: 422,
      arrange: ({ gateway }) => {
        const issue = { path: "providers.zai", message: "expected an object", line: 3, column: 7 };
        vi.spyOn(gateway.deps.catalogs, "reload").mockResolvedValue([issue]);
      },
    },
  ],
  "POST /v1/quotas/reload": [
    { status: 204 },
    { status: 400, path: "/v1/quotas/reload?file=/etc/passwd" },
    {
      status: 422,
      arrange: ({ gateway }) => {
        const issue = { path: "models.glm-5", message: "expected an object", line: 3, column: 7 };
        vi.spyOn(gateway.deps.quotas, "reload").mockReturnValue([issue]);
      },
    },
  ],
  "POST /v1/quotas/mark-429": [{ status: 204, body: { model: HAIKU, retry_after_sec: 60 } }],
  "GET /v1/calibration": [ok, afterTraffic],
  "POST /v1/calibration/reset": [{ status: 204, body: {} }],
  "POST /v1/decisions": [
    { status: 202, body: { model: HAIKU, input_tokens: 100 } },
    { status: 202, body: { model: HAIKU, source: "orchestrator", note: "why" }, arrange: markBoth },
  ],
  "GET /v1/decisions": [
    {
      status: 200,
      arrange: ({ url }) =>
        fetch(`${url}/v1/decisions`, { method: "POST", headers: JSON_TYPE, body: `{"model":"${HAIKU}"}` }),
    },
    { status: 400, path: "/v1/decisions?limit=all" },
  ],
  "GET /v1/events": [
    { status: 200, until: /event: completion\n.*\n\n/, meanwhile: served },
    {
      status: 200,
      until: /event: sample\n.*\n\n/,
      meanwhile: ({ url }) =>
        fetch(`${url}/v1/decisions`, { method: "POST", headers: JSON_TYPE, body: `{"model":"${HAIKU}"}` }),
    },
    {
      status: 503,
      arrange: ({ gateway: { deps } }) => {
        while (!deps.events.isFull)
          deps.events.subscribe(
            () => {},
            () => {},
          );
      },
    },
  ],
  "POST /v1/statusline": [
    { status: 200, body: { model: { display_name: "Opus" } }, arrange: served },
    { status: 200, body: "{}", headers: { "content-type": "application/x-www-form-urlencoded" } },
  ],
  "POST /v1/dev/sim-usage": [
    { status: 200, body: { model: HAIKU, in: 10, out: 2 } },
    { status: 404, body: { model: HAIKU, in: 10, out: 2 }, gateway: { settings: { devEnable: false } } },
  ],
  "GET /metrics": [
    ok,
    { ...afterTraffic, type: "text/plain" },
    {
      ...afterTraffic,
      type: "application/openmetrics-text",
      headers: { accept: "application/openmetrics-text;version=1.0.0" },
    },
  ],
  "GET /dashboard": [ok],
  "GET /openapi.json": [ok],
};

function onlyZai(url: string): string {
  return `
providers:
  zai: { base_url: ${url}, auth: { env: ZAI_API_KEY, header_mode: x-api-key }, dialect: zai, extractor: zai }
routes:
  - { pattern: "*", provider: zai, fallback: [] }
`;
}

/** As it goes over the wire. */
export function questionOf(method: string, path: string, test: ApiCase): RawQuestion {
  const body = typeof test.body === "string" ? test.body : JSON.stringify(test.body);
  return {
    method,
    path: test.path ?? path,
    headers: test.headers ?? (body === undefined ? {} : JSON_TYPE),
    ...(body === undefined ? {} : { body }),
    ...(test.until === undefined ? {} : { until: test.until }),
  };
}
