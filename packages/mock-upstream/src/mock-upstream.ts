import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { requestId } from "./envelope.ts";
import { Exchange } from "./exchange.ts";
import { type MockOptions, type MockSettings, type Responder, settle } from "./options.ts";
import { Plan, type PlanUsage } from "./plan.ts";
import { type PlayContext, playStep } from "./play-step.ts";
import { type RecordedRequest, RequestRecord } from "./recorded-request.ts";
import { apiPath, errorStep, routeRequest } from "./route-request.ts";
import { reply, type Step } from "./step.ts";
import { credentialRefusal, strictRefusal } from "./strict.ts";

/** One scripted answer, or a function that picks it when its turn comes. */
export type ScriptEntry = Step | Responder;

export interface MockUpstream {
  /** Base URL with the prefix and without a trailing slash: what a lane's `base_url` takes. */
  readonly url: string;
  readonly port: number;
  /** Every request since the start, or since {@link forget}, in arrival order. */
  readonly requests: readonly RecordedRequest[];
  /** Empties `requests`; counting starts over. */
  forget(): void;
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
  /** What the plan has counted; empty without one. */
  planUsage(): PlanUsage[];
  /** Uses up tokens of the plan, as another machine on the same account would. */
  spendPlan(tokens: number): void;
  /** Ends every connection at once and frees the port. Safe to call twice. */
  close(): Promise<void>;
}

const MESSAGES = "/v1/messages";
const READY = reply();

class Mock implements MockUpstream {
  requests: RequestRecord[] = [];
  readonly #options: MockOptions;
  readonly #settings: MockSettings;
  readonly #plan: Plan | null;
  readonly #respond: Responder;
  readonly #server: Server;
  readonly #sockets = new Map<Socket, { serial: number; turns: number }>();
  readonly #scripts = new Map<string, ScriptEntry[]>();
  readonly #watchers: { count: number; resolve: (request: RecordedRequest) => void }[] = [];
  #accepted = 0;
  #serial = 0;
  #closing: Promise<void> | null = null;

  constructor(options: MockOptions) {
    this.#options = options;
    this.#settings = settle(options);
    this.#plan = options.plan === undefined ? null : new Plan(options.plan, this.#settings);
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

  forget(): void {
    this.requests = [];
  }

  planUsage(): PlanUsage[] {
    return this.#plan?.usage() ?? [];
  }

  spendPlan(tokens: number): void {
    this.#plan?.spend(tokens);
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
      ...apiPath(request.url ?? "", prefix),
      at: now(),
      connection: place.serial,
      turn: place.turns,
    });
    this.requests.push(record);
    const exchange = new Exchange(record, response, request.socket, now);
    request.on("error", () => undefined);
    const early = this.#guarded(record, () => this.#options.early?.(record) ?? null);
    if (early === null) this.#readBody(request, exchange);
    else void this.#play(early, exchange, this.#nextId());
  }

  #readBody(request: IncomingMessage, exchange: Exchange): void {
    const { record } = exchange;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      record.body = Buffer.concat(chunks);
      record.bodyComplete = true;
      this.#wake(record);
      const id = this.#nextId();
      const step = this.#guarded(record, () => this.#choose(record, id)) ?? READY;
      void this.#play(step, exchange, id);
    });
  }

  #wake(record: RequestRecord): void {
    for (const watcher of this.#watchers.filter(({ count }) => count === record.index + 1)) {
      watcher.resolve(record);
      this.#watchers.splice(this.#watchers.indexOf(watcher), 1);
    }
  }

  #nextId(): string {
    const { dialect, lane, now } = this.#settings;
    this.#serial += 1;
    return requestId(dialect, lane, this.#serial, now());
  }

  async #play(step: Step, exchange: Exchange, id: string): Promise<void> {
    const context = playContext(exchange.record, this.#settings, id);
    if (this.#options.recordBodies === false) exchange.record.forgetBody();
    try {
      await playStep(step, exchange, context);
    } catch (error) {
      // A step that cannot be played, e.g. a header with a line break in it.
      exchange.fail(`mock step failed: ${String(error)}`);
    }
  }

  /** A test's own function may fail: told through the answer, so that the client does not hang. */
  #guarded(record: RequestRecord, choose: () => Step | null): Step | null {
    try {
      return choose();
    } catch (error) {
      return errorStep(500, `mock responder threw: ${String(error)}`, `request ${record.index}`);
    }
  }

  #refuse(record: RequestRecord, id: string): Step | null {
    if (!isMessage(record)) return null;
    const { credentials, strict } = this.#options;
    const denied =
      credentials === undefined ? null : credentialRefusal(record, credentials, this.#settings, id);
    if (denied !== null || strict === undefined) return denied;
    return strictRefusal(record, strict, this.#settings, id);
  }

  #scripted(record: RequestRecord): Step | null {
    // The messages script is for messages: a HEAD or a wrong prefix must not use it up.
    if (record.path === MESSAGES && !isMessage(record)) return null;
    const entry = this.#scripts.get(record.path)?.shift();
    return (typeof entry === "function" ? entry(record) : entry) ?? null;
  }

  #choose(record: RequestRecord, id: string): Step | null {
    return (
      this.#refuse(record, id) ??
      this.#scripted(record) ??
      routeRequest(record, this.#settings, this.#plan, id) ??
      this.#plan?.answer(record, id) ??
      this.#respond(record)
    );
  }
}

function isMessage(record: RequestRecord): boolean {
  return record.method === "POST" && record.path === MESSAGES && !record.outside;
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
