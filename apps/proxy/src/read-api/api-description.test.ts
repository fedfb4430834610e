import { ENDPOINTS, type Endpoint, LIVE_EVENT_SCHEMAS, openApiDocument, wireName } from "@ccp/usage-contract";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { API_CASES, type ApiCase, questionOf } from "../testing/api-cases.ts";
import { askRaw, type RawAnswer } from "../testing/ask-raw.ts";
import { parseSse } from "../testing/messages.ts";
import { openTestGateway, type TestGatewayOptions } from "../testing/open-test-gateway.ts";

type Json = Record<string, unknown>;

interface Described {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, unknown>>;
}

const DOCUMENT = openApiDocument("0.0.0-test");
const ROUTES = ENDPOINTS.filter((each) => each.method !== "ANY");
const nameOf = ({ method, path }: Endpoint): string => `${method} ${path}`;

/** Readers may meet keys they do not know; the gateway that wrote the description must have described each. */
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(closeObjects(DOCUMENT) as Json, "api");

describe("the API description", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(DOCUMENT))).toMatchObject({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  it("is what the gateway serves", async () => {
    const { url } = await openTestGateway();
    expect(await (await fetch(`${url}/openapi.json`)).json()).toEqual(DOCUMENT);
  });

  it("names every route but the relayed ones", () => {
    const paths = DOCUMENT.paths as Record<string, Json>;
    const named = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(named.sort()).toEqual(ROUTES.map(nameOf).sort());
    expect(Object.keys(API_CASES).filter((name) => !named.includes(name))).toEqual([]);
  });
});

describe("every answer is as described", () => {
  it.each(ROUTES.map((endpoint) => [nameOf(endpoint), endpoint] as const))("%s", async (name, endpoint) => {
    const cases = API_CASES[name];
    if (cases === undefined) expect.fail(`nobody asks ${name}: give it a row in testing/api-cases.ts`);
    const seen = new Set<string>();
    for (const test of [...cases, ...casesOfKind(endpoint, cases)]) {
      const answer = await ask(endpoint, test);
      const where = `${name} ${JSON.stringify({ ...test, gateway: undefined })}`;
      expect(answer.status, `${where} answered ${answer.body}`).toBe(test.status);
      if (test.type !== undefined) expect(answer.type, where).toBe(test.type);
      checkAnswer(answer, describedAs(endpoint, answer.status), where);
      if (endpoint.answers === "sse" && answer.status === 200) checkEvents(answer.body);
      seen.add(String(answer.status));
    }
    const described = Object.keys(responsesOf(endpoint)).filter((status) => status !== "default");
    expect([...seen].sort(), `statuses of ${name} that were seen and that are described`).toEqual(
      described.sort(),
    );
  });

  it.each(ROUTES.filter(({ answers }) => answers !== "upstream").map((each) => [each.path, each] as const))(
    "DELETE %s is refused as any other failure is",
    async (path, endpoint) => {
      const { url } = await openTestGateway();
      const answer = await askRaw(url, { method: "DELETE", path });
      // HEAD has no body to describe; the same path's GET, where there is one, does.
      const reading = ROUTES.find((each) => each.path === path && each.method !== "HEAD");
      if (endpoint.mutating || reading !== undefined) expect(answer.status).toBe(404);
      if (reading !== undefined) checkAnswer(answer, responsesOf(reading).default ?? {}, `DELETE ${path}`);
    },
  );

  it.each([
    ["GET", "/v1/messages", 405],
    ["PUT", "/v1/messages/count_tokens", 405],
    ["GET", "/nowhere", 404],
    ["GET", "/v1/usage/nowhere", 404],
    ["POST", "/v1/usage", 404],
  ])("%s %s is an error of the same shape: %i", async (method, path, status) => {
    const { url } = await openTestGateway();
    const answer = await askRaw(url, { method, path });
    expect(answer.status).toBe(status);
    expect(errorsOf("api#/components/schemas/ErrorBody", JSON.parse(answer.body))).toEqual([]);
    if (status === 405) expect(answer.headers.allow).toBe("POST");
  });

  it("a fault inside the gateway is an error of the same shape", async () => {
    const { url, gateway, notices } = await openTestGateway();
    gateway.deps.decisions.list = () => {
      throw new Error("a fault of the test");
    };
    const answer = await askRaw(url, { method: "GET", path: "/v1/decisions" });
    expect(answer.status).toBe(500);
    expect(errorsOf("api#/components/schemas/ErrorBody", JSON.parse(answer.body))).toEqual([]);
    expect(answer.body).not.toContain("a fault of the test");
    expect(notices).toEqual(["error: a route of the gateway failed: a fault of the test"]);
  });
});

/** What every route of a kind is asked: the wrong page, no token, a bad query, a bad body. */
function casesOfKind(endpoint: Endpoint, cases: readonly ApiCase[]): ApiCase[] {
  const { method, mutating, query, request, anyType = false } = endpoint;
  const good = cases.find(({ status }) => status === endpoint.status);
  const json = { "content-type": "application/json" };
  const body = good?.body === undefined ? {} : { body: good.body };
  return [
    { status: 403, ...body, headers: { ...json, origin: "https://evil.test" } },
    { status: 403, ...body, headers: { ...json, host: "evil.test" } },
    ...(mutating
      ? [
          { status: 401, ...body, gateway: { settings: { adminToken: "wanted" } } },
          { status: 403, ...body, headers: { ...json, "sec-fetch-site": "same-origin" } },
        ]
      : []),
    // The live view took any parameter before it knew one of its own.
    ...(query !== undefined && method === "GET" && endpoint.path !== "/v1/usage"
      ? [
          { status: 400, path: `${endpoint.path}?nobody_knows_this=1` },
          { status: 400, path: `${endpoint.path}?twice=1&twice=2` },
        ]
      : []),
    ...(request === undefined
      ? []
      : [
          { status: 400, body: "{", headers: json },
          ...(anyType ? [] : [{ status: 415, body: "{}", headers: { "content-type": "text/plain" } }]),
          { status: 422, body: '"no object"', headers: json },
          { status: 413, body: `"${"x".repeat(2_000_000)}"`, headers: json },
        ]),
  ];
}

async function ask(endpoint: Endpoint, test: ApiCase): Promise<RawAnswer> {
  const options: TestGatewayOptions = test.gateway ?? {};
  const gateway = await openTestGateway({ ...options, settings: { devEnable: true, ...options.settings } });
  await test.arrange?.(gateway);
  const answer = askRaw(gateway.url, questionOf(endpoint.method, endpoint.path, test));
  // A failing question must not wait for what it would have told of.
  await Promise.race([answer, test.meanwhile?.(gateway)]);
  return answer;
}

function checkAnswer(answer: RawAnswer, described: Described, where: string): void {
  const { headers = {}, content } = described;
  if (answer.status === 200 || answer.status === 429)
    expect(
      Object.keys(headers).filter((name) => answer.headers[name] === undefined),
      where,
    ).toEqual([]);
  if (content === undefined) {
    expect(answer.body, where).toBe("");
    return;
  }
  expect(Object.keys(content), where).toContain(answer.type);
  const { schema } = (content[answer.type] ?? {}) as { schema?: Json };
  const value: unknown = answer.type === "application/json" ? JSON.parse(answer.body) : answer.body;
  expect(schema, `${where}: ${answer.type} is described by a schema`).toBeDefined();
  const ref = schema?.$ref;
  const errors =
    typeof ref === "string" ? errorsOf(`api${ref}`, value) : problems(ajv.compile(schema ?? {}), value);
  expect(errors, where).toEqual([]);
}

function checkEvents(text: string): void {
  const events = parseSse(text.replace(/^id: .*\n/gm, ""));
  expect(events.length).toBeGreaterThan(0);
  for (const { event, data } of events) {
    const schema = LIVE_EVENT_SCHEMAS[event as keyof typeof LIVE_EVENT_SCHEMAS];
    expect(schema, `the event ${event} is described`).toBeDefined();
    expect(errorsOf(`api#/components/schemas/${wireName(schema)}`, data)).toEqual([]);
  }
}

function errorsOf(ref: string, value: unknown): string[] {
  return problems(ajv.getSchema(ref) ?? ajv.compile({ $ref: ref }), value);
}

function problems(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function responsesOf({ path, method }: Endpoint): Record<string, Described> {
  const paths = DOCUMENT.paths as Record<string, Record<string, { responses: Record<string, Described> }>>;
  return paths[path]?.[method.toLowerCase()]?.responses ?? {};
}

function describedAs(endpoint: Endpoint, status: number): Described {
  const described = responsesOf(endpoint)[status];
  if (described === undefined) expect.fail(`${nameOf(endpoint)} does not say that it may answer ${status}`);
  return described;
}

function closeObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeObjects);
  if (typeof value !== "object" || value === null) return value;
  const closed: Json = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, closeObjects(inner)]),
  );
  const isObject = closed.type === "object" && Object.keys(closed.properties ?? {}).length > 0;
  return isObject && closed.additionalProperties === undefined
    ? { ...closed, additionalProperties: false }
    : closed;
}
