import { afterEach, describe, expect, it } from "vitest";
import { CliError } from "../cli-error.ts";
import { type StubGateway, startStubGateway } from "../test-kit/stub-gateway.ts";
import { VIEWS } from "../test-kit/views.ts";
import { createGatewayClient, type GatewayClient } from "./gateway-client.ts";
import { GatewayDownError } from "./gateway-down-error.ts";
import { nodeRequest } from "./node-request.ts";

let stub: StubGateway | null = null;
afterEach(async () => {
  await stub?.close();
  stub = null;
});

type Answer = Parameters<typeof startStubGateway>[0];

async function clientOf(
  answer: Answer,
  changes: { adminToken?: string; timeoutMs?: number; signal?: AbortSignal } = {},
) {
  stub = await startStubGateway(answer);
  return clientAt(stub.url, changes);
}

function clientAt(
  url: string,
  changes: { adminToken?: string; timeoutMs?: number; signal?: AbortSignal } = {},
): GatewayClient {
  return createGatewayClient({
    url,
    request: nodeRequest,
    adminToken: changes.adminToken ?? null,
    signal: changes.signal ?? new AbortController().signal,
    cc: "ccp",
    timeoutMs: changes.timeoutMs ?? 5000,
  });
}

const always =
  (status: number, body: string): Answer =>
  (_request, response) => {
    response.writeHead(status).end(body);
  };

async function fault(run: Promise<unknown>): Promise<CliError> {
  const error = await run.catch((thrown: unknown) => thrown);
  if (error instanceof CliError) return error;
  throw new Error("it did not fail as expected");
}

describe("usage", () => {
  it("is the gateway's view", async () => {
    const client = await clientOf(always(200, JSON.stringify(VIEWS.normal)));
    expect(await client.usage()).toEqual(VIEWS.normal);
    expect(stub?.calls).toEqual(["GET /v1/usage"]);
  });

  it("names the first thing that does not fit", async () => {
    const client = await clientOf(
      always(200, JSON.stringify({ ...VIEWS.empty, lanes: { zai: { state: "fine" } } })),
    );
    const { message, why, exitCode } = await fault(client.usage());
    expect(message).toBe(`what answers at ${stub?.url} is not this version's gateway`);
    expect(why).toMatch(/^GET \/v1\/usage lanes\.zai\.state: expected .*"ok".*, got "fine"$/);
    expect(exitCode).toBe(69);
  });

  it.each([
    ["another server's page", 200, "<html>", /^GET \/v1\/usage: the answer is no JSON$/],
    ["JSON of something else", 200, "[]", /^GET \/v1\/usage: expected Object, got Array$/],
    ["a route that is not there", 404, "not found", /^GET \/v1\/usage: status 404$/],
    ["an error without words", 500, "", /^GET \/v1\/usage: status 500$/],
  ])("refuses %s", async (_name, status, body, why) => {
    const client = await clientOf(always(status, body));
    const error = await fault(client.usage());
    expect(error.why).toMatch(why);
    expect(error.exitCode).toBe(69);
    expect(error).not.toBeInstanceOf(GatewayDownError);
  });

  it.each([
    ["a path in its address", "/foo", 404, "the address has no path: --url URL"],
    ["a route of another version", "", 404, "restart the gateway, it is of another version: ccp start"],
    ["a fault of its own", "", 500, "ccp doctor --url URL"],
  ])("after %s says what to do", async (_name, path, status, next) => {
    const message = { type: "error", error: { type: "api_error", message: "so it is" } };
    stub = await startStubGateway(always(status, JSON.stringify(message)));
    const error = await fault(clientAt(`${stub.url}${path}`).usage());
    expect([error.why, error.next, error.exitCode]).toEqual([
      `${status}: so it is`,
      next.replace("URL", stub.url),
      1,
    ]);
  });

  it.each([400, 422])("tells what to mend after %i to what was said to it", async (status) => {
    const message = { type: "error", error: { type: "invalid_request_error", message: "not that" } };
    const client = await clientOf(always(status, JSON.stringify(message)));
    const nexts = [
      (await fault(client.resetCalibration({ model: "nope" }))).next,
      (await fault(client.statusline("x", { columns: 80, color: false }))).next,
      (await fault(client.decide({ model: "m" }))).next,
    ];
    expect(nexts).toEqual([
      "ccp calibration shows what is known",
      "give it the JSON that Claude Code gives to a status line",
      `ccp doctor --url ${stub?.url}`,
    ]);
  });

  it("passes on the gateway's own words, without its control characters", async () => {
    const body = {
      type: "error",
      error: { type: "permission_error", message: "Host not\u001b[31m allowed" },
    };
    const client = await clientOf(always(403, JSON.stringify(body)));
    const error = await fault(client.usage());
    expect(error.message).toBe(`the gateway at ${stub?.url} refused GET /v1/usage`);
    expect(error.why).toBe("403: Host not[31m allowed");
  });
});

describe("a gateway that is not there", () => {
  it("is told apart from one that answers wrongly", async () => {
    const gone = await startStubGateway(always(200, ""));
    await gone.close();
    const error = await fault(clientAt(gone.url).usage());
    expect(error).toBeInstanceOf(GatewayDownError);
    expect([error.message, error.why, error.next, error.exitCode]).toEqual([
      `no gateway at ${gone.url}`,
      "nothing listens there",
      "ccp start",
      69,
    ]);
  });

  it("may accept and never answer", async () => {
    const client = await clientOf(() => {}, { timeoutMs: 30 });
    const error = await fault(client.usage());
    expect(error).toBeInstanceOf(GatewayDownError);
    expect(error.why).toBe("no complete answer within 30 ms");
  });

  it("may stop in the middle of an answer", async () => {
    const client = await clientOf((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{");
      response.socket?.end();
    });
    expect((await fault(client.usage())).why).toMatch(/aborted|cut off/);
  });

  it("may send more than a view can be", async () => {
    const client = await clientOf((_request, response) => {
      const chunk = "x".repeat(1_048_576);
      response.writeHead(200);
      for (let i = 0; i < 17; i += 1) response.write(chunk);
      response.end();
    });
    expect((await fault(client.usage())).why).toBe("the answer is above 16 MB");
  });

  it("does not hold up Ctrl-C", async () => {
    const controller = new AbortController();
    const client = await clientOf(() => controller.abort(), { signal: controller.signal });
    expect((await fault(client.usage())).exitCode).toBe(130);
    expect((await fault(client.usage())).exitCode).toBe(130);
    expect(stub?.calls).toEqual(["GET /v1/usage"]);
  });
});

describe("ready", () => {
  it("takes 503 as the answer it is", async () => {
    const body = { providers: {}, ts: 1, source: "built-in", error: "draining" };
    const client = await clientOf(always(503, JSON.stringify(body)));
    expect(await client.ready()).toEqual(body);
  });
});

describe("reloadQuotas", () => {
  it("sends the admin token, which reading does not", async () => {
    const client = await clientOf(
      (request, response) => {
        response.writeHead(request.method === "POST" ? 204 : 200).end(JSON.stringify(VIEWS.empty));
      },
      { adminToken: "s3cret" },
    );
    await client.usage();
    expect(await client.reloadQuotas()).toEqual({ success: true });
    expect(stub?.authorizations).toEqual([undefined, "Bearer s3cret"]);
  });

  it("gives the issues of a broken file", async () => {
    const issues = [{ path: "models.glm.provider", message: "required, but missing", line: 3, column: 5 }];
    const body = {
      type: "error",
      error: { type: "invalid_request_error", message: "quotas.json: 1 issue", issues },
    };
    const client = await clientOf(always(422, JSON.stringify(body)));
    expect(await client.reloadQuotas()).toEqual({ success: false, message: "quotas.json: 1 issue", issues });
  });

  it("says which token is asked for", async () => {
    const client = await clientOf(always(401, ""));
    const error = await fault(client.reloadQuotas());
    expect(error.next).toBe("set CCP_ADMIN_TOKEN to the token the gateway was started with");
  });
});
