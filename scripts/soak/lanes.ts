import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { createChain, wholeText } from "./pieces.ts";
import { decodeRequest, type Plan } from "./plan.ts";

export const LANES = ["anthropic", "zai"] as const;
export type LaneName = (typeof LANES)[number];

/** Names the lane and the request that an answer was made for. */
export const LANE_HEADER = "x-soak-lane";
export const ID_HEADER = "x-soak-id";

export interface Lanes {
  readonly ports: Readonly<Record<LaneName, number>>;
  /** What a gateway must never do to a lane. */
  readonly faults: readonly string[];
  /** Answers that are being sent. */
  readonly open: number;
  /** Ends kept connections, so that none counts as left behind. */
  closeIdle(): void;
  close(): void;
}

/** A spent window opens again after this long. */
const LIMIT_SEC = 1;

/** Two lanes that do to each request what its plan says. */
export async function startLanes(): Promise<Lanes> {
  const asked = new Map<string, LaneName[]>();
  const faults: string[] = [];
  let open = 0;
  const servers = LANES.map((lane) => {
    const server = createServer({ noDelay: true }, (request, response) => {
      open += 1;
      response.once("close", () => {
        open -= 1;
      });
      serve(lane, request, response).catch((error: Error) => {
        faults.push(`${lane}: ${error.message}`);
        response.destroy();
      });
    });
    // Under a gateway's own limit, a kept connection is closed by the gateway.
    server.keepAliveTimeout = 60_000;
    return server;
  });

  async function serve(lane: LaneName, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const plan = decodeRequest(await text(request));
    const before = asked.get(plan.id) ?? [];
    if (before.includes(lane)) faults.push(`request ${plan.id} was sent to ${lane} twice`);
    asked.set(plan.id, [...before, lane]);
    response.setHeader(LANE_HEADER, lane);
    response.setHeader(ID_HEADER, plan.id);
    if (plan.kind === "refused" || before.length === 0) {
      if (refuse(plan, response)) return;
    }
    if (plan.kind === "json") sendWhole(plan, response);
    else await sendStream(plan, response);
  }

  await Promise.all(servers.map(listen));
  return {
    ports: Object.fromEntries(
      LANES.map((lane, at) => [lane, portOf(servers[at] as Server)]),
    ) as Lanes["ports"],
    faults,
    get open() {
      return open;
    },
    closeIdle: () => {
      for (const server of servers) server.closeIdleConnections();
    },
    close: () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function refuse({ kind }: Plan, response: ServerResponse): boolean {
  switch (kind) {
    case "throttle":
    case "refused":
      sendError(response, 429, "rate_limit_error");
      return true;
    case "limit":
      response.setHeader("anthropic-ratelimit-unified-status", "rejected");
      response.setHeader("anthropic-ratelimit-unified-5h-status", "rejected");
      response.setHeader("anthropic-ratelimit-unified-5h-reset", Math.ceil(Date.now() / 1_000) + LIMIT_SEC);
      response.setHeader("retry-after", LIMIT_SEC);
      sendError(response, 429, "rate_limit_error");
      return true;
    case "overload":
      sendError(response, 529, "overloaded_error");
      return true;
    default:
      return false;
  }
}

function sendError(response: ServerResponse, status: number, type: string): void {
  const body = JSON.stringify({ type: "error", error: { type, message: "as planned" } });
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function usageOf(plan: Plan): object {
  return { input_tokens: 10, output_tokens: plan.pieces };
}

function sendWhole(plan: Plan, response: ServerResponse): void {
  const content = [{ type: "text", text: wholeText(plan.id, plan.pieces) }];
  const message = { id: "msg_1", type: "message", role: "assistant", model: "m", content };
  const body = JSON.stringify({ ...message, stop_reason: "end_turn", usage: usageOf(plan) });
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

async function sendStream(plan: Plan, response: ServerResponse): Promise<void> {
  const chain = createChain(plan.id);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const usage = { input_tokens: 10, output_tokens: 1 };
  send(response, "message_start", {
    message: { id: "msg_1", type: "message", role: "assistant", model: "m", usage },
  });
  send(response, "content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  for (let sent = 0; sent < plan.pieces; sent += 1) {
    if (sent === plan.stopAfter && breaksOff(plan, response)) return;
    await sleep(plan.pauseMs);
    if (response.destroyed) return;
    await sendInTwo(response, "content_block_delta", {
      index: 0,
      delta: { type: "text_delta", text: chain.next() },
    });
  }
  send(response, "content_block_stop", { index: 0 });
  send(response, "message_delta", { delta: { stop_reason: "end_turn" }, usage: usageOf(plan) });
  send(response, "message_stop", {});
  response.end();
}

/** Silence lasts until the gateway has had enough of it. */
function breaksOff({ kind }: Plan, response: ServerResponse): boolean {
  if (kind === "cut") response.socket?.end();
  else if (kind === "reset") response.socket?.resetAndDestroy();
  return kind === "cut" || kind === "reset" || kind === "stall";
}

function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;
}

function send(response: ServerResponse, name: string, data: object): void {
  response.write(eventText(name, data));
}

/** Cut in the middle of a character, where the text has one there. */
async function sendInTwo(response: ServerResponse, name: string, data: object): Promise<void> {
  const bytes = Buffer.from(eventText(name, data));
  response.write(bytes.subarray(0, bytes.length >> 1));
  await new Promise(setImmediate);
  if (!response.destroyed) response.write(bytes.subarray(bytes.length >> 1));
}
