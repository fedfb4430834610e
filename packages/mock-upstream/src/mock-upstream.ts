import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { requestId } from "./envelope.ts";
import { Exchange } from "./exchange.ts";
import { type MockOptions, type MockSettings, type Responder, settle } from "./options.ts";
import { type PlayContext, playStep } from "./play-step.ts";
import { type RecordedRequest, RequestRecord } from "./recorded-request.ts";
import { apiPath, errorStep, routeRequest } from "./route-request.ts";
import { reply, type Step } from "./step.ts";

/** One scripted answer, or a function that picks it when its turn comes. */
export type ScriptEntry = Step | Responder;

export interface MockUpstream {
  /** Base URL with the prefix and without a trailing slash: what a lane's `base_url` takes. */
  readonly url: string;
  readonly port: number;
  /** Every request since the start, in arrival order. */
  readonly requests: readonly RecordedRequest[];
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Queues the next answers to `POST /v1/messages`, first in first out. */
  script(...steps: readonly ScriptEntry[]): void;
  /** Queues the next answers on another path, e.g. `/v1/messages/count_tokens`. */
  scriptPath(path: string, ...steps: readonly ScriptEntry[]): void;
  /** Steps that wait on a path (default: messages). */
  scripted(path?: string): number;
  /** Resolves with the request number `count` (1 = the first) as soon as its body is complete. */
  request(count: number): Promise<RecordedRequest>;
  /** Ends every connection at once and frees the port. Safe to call twice. */
  close(): Promise<void>;
}

const MESSAGES = "/v1/messages";
const READY = reply();

class Mock implements MockUpstream {
  readonly requests: RequestRecord[] = [];
  readonly #settings: MockSettings;
  readonly #respond: Responder;
  readonly #server: Server;
  readonly #sockets = new Map<Socket, { serial: number; turns: number }>();
  readonly #scripts = new Map<string, ScriptEntry[]>();
  readonly #watchers: { count: number; resolve: (request: RecordedRequest) => void }[] = [];
  #accepted = 0;
  #closing: Promise<void> | null = null;

  constructor(options: MockOptions) {
    this.#settings = settle(options);
    this.#respond = options.respond ?? (() => READY);
    this.#server = createServer({ noDelay: true, requestTimeout: 0, headersTimeout: 0 });
    this.#server.keepAliveTimeout = options.keepAliveMs ?? 60_000;
    this.#server.on("connection", (socket: Socket) => this.#accept(socket));
    this.#server.on("request", (request, response) => this.#receive(request, response));
    // A client's reset or broken request ends its own connection; the default would also write a 400.
    this.#server.on("clientError", (_error, socket) => socket.destroy());
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ port, host: "127.0.0.1", backlog: 4096 }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#settings.prefix}`;
  }

  get connections(): number {
    return this.#accepted;
  }

  script(...steps: readonly ScriptEntry[]): void {
    this.scriptPath(MESSAGES, ...steps);
  }

  scriptPath(path: string, ...steps: readonly ScriptEntry[]): void {
    const queue = this.#scripts.get(path) ?? [];
    queue.push(...steps);
    this.#scripts.set(path, queue);
  }

  scripted(path: string = MESSAGES): number {
    return this.#scripts.get(path)?.length ?? 0;
  }

  request(count: number): Promise<RecordedRequest> {
    const there = this.requests[count - 1];
    if (there?.bodyComplete === true) return Promise.resolve(there);
    return new Promise((resolve) => this.#watchers.push({ count, resolve }));
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets.keys()) socket.destroy();
    });
    return this.#closing;
  }

  #accept(socket: Socket): void {
    this.#accepted += 1;
    this.#sockets.set(socket, { serial: this.#accepted, turns: 0 });
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const place = this.#sockets.get(request.socket);
    if (place === undefined) return;
    place.turns += 1;
    const { prefix, now } = this.#settings;
    const record = new RequestRecord(request, {
      index: this.requests.length,
      path: apiPath(request.url ?? "", prefix) ?? "(outside)",
      at: now(),
      connection: place.serial,
      turn: place.turns,
    });
    this.requests.push(record);
    const exchange = new Exchange(record, response, request.socket, now);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.once("end", () => {
      record.body = Buffer.concat(chunks);
      record.bodyComplete = true;
      this.#wake(record);
      void this.#answer(exchange);
    });
  }

  #wake(record: RequestRecord): void {
    for (const watcher of this.#watchers.filter(({ count }) => count === record.index + 1)) {
      watcher.resolve(record);
      this.#watchers.splice(this.#watchers.indexOf(watcher), 1);
    }
  }

  #answer(exchange: Exchange): Promise<void> {
    const { record } = exchange;
    const { dialect, lane, now } = this.#settings;
    const id = requestId(dialect, lane, record.index + 1, now());
    const context = playContext(record, this.#settings, id);
    return playStep(this.#choose(record, id), exchange, context);
  }

  #choose(record: RequestRecord, id: string): Step {
    try {
      const entry = this.#scripts.get(record.path)?.shift();
      const scripted = typeof entry === "function" ? entry(record) : entry;
      return scripted ?? routeRequest(record, this.#settings, id) ?? this.#respond(record) ?? READY;
    } catch (error) {
      // A test's own function failed: tell it through the answer instead of hanging the client.
      return errorStep(500, `mock responder threw: ${String(error)}`, id);
    }
  }
}

function playContext(record: RequestRecord, settings: MockSettings, id: string): PlayContext {
  const body = record.method === "POST" ? record.json() : null;
  const asked = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const organization = { "anthropic-organization-id": "00000000-0000-0000-0000-000000000000" };
  return {
    lane: settings.lane,
    dialect: settings.dialect,
    model: typeof asked.model === "string" ? asked.model : "unknown",
    messageId: settings.dialect === "zai" ? id : id.replace(/^req_/, "msg_"),
    bodyBytes: record.body.length,
    maxTokens: typeof asked.max_tokens === "number" ? asked.max_tokens : null,
    stream: asked.stream === true,
    commonHeaders: { "request-id": id, ...(settings.dialect === "anthropic" ? organization : {}) },
  };
}

/**
 * Starts an upstream that speaks the Anthropic Messages API on 127.0.0.1. It answers as scripted, then as
 * `respond` says, and records what it was sent.
 *
 * @example
 * const upstream = await startMockUpstream({ dialect: "zai" });
 * upstream.script(fixture("zai/error-429-1308-2026.json"), reply({ text: "hello" }));
 * // … point a lane at upstream.url …
 * await upstream.close();
 */
export async function startMockUpstream(options: MockOptions = {}): Promise<MockUpstream> {
  const mock = new Mock(options);
  await mock.listen(options.port ?? 0);
  return mock;
}
