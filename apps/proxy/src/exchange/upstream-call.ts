import type { Dispatcher } from "undici";
import { eachHeader } from "../http/header-rules.ts";
import type { CarriedCall, ConnectionUse } from "../lanes/lane-connection.ts";
import { ProxyError } from "../lanes/lane-dial.ts";
import { type AnswerDecoder, openAnswerDecoder } from "./answer-decoder.ts";
import { isPlain, isReadable } from "./decoders.ts";
import { LifeTimer } from "./life-timer.ts";

/** Why an upstream call ended without an answer, or without the end of one. */
export type CallFailureKind =
  | "connect"
  | "reset"
  | "header_timeout"
  | "idle_timeout"
  | "aborted"
  | "protocol";

export class CallFailure extends Error {
  readonly kind: CallFailureKind;

  constructor(kind: CallFailureKind, cause: unknown) {
    super(`upstream call failed: ${kind}`, { cause });
    this.name = "CallFailure";
    this.kind = kind;
  }

  /** What the proxy did that stands before the lane, as a clause; `null` where it is not at fault. */
  get proxyFault(): string | null {
    return this.cause instanceof ProxyError ? this.cause.message : null;
  }
}

export interface AnswerHead {
  readonly status: number;
  /** Names and values as the upstream sent them. */
  readonly rawHeaders: readonly string[];
  /** The same by lower-case name, first value. */
  readonly get: (name: string) => string | null;
  /** Lower-case names: windows are declared under names that are not known beforehand. */
  readonly keys: () => Iterable<string>;
  readonly atMs: number;
}

/** What a piece of a body tells of its sender: that it answers, that it is there, or nothing, as comments do. */
export type LifeSign = "answer" | "ping" | "nothing";

/** Takes an answer's body once it is known where it goes. */
export interface BodySink {
  /** @returns Whether more may come at once; on `false` the call waits for {@link UpstreamCall.resume}. */
  data(chunk: Buffer): boolean;
  /** Asked after each `data`: what it brought. Without it every byte is of an answer. */
  showed?(): LifeSign;
  end(): void;
  fail(failure: CallFailure): void;
}

export interface CallTimeouts {
  readonly headerMs: number;
  /**
   * Longest time without a sign of life in a body; where pings come, `headerMs` if that is longer. There is no total
   * limit: long turns are legitimate.
   */
  readonly idleMs: number;
}

export interface CallOptions extends CallTimeouts {
  /**
   * Undoes a content-encoding that can be read, so that the head and the body are those of an answer without one. Where
   * identity was asked for, some servers pack all the same.
   */
  readonly decode: boolean;
}

/** Unread body that a call holds before it stops reading from its socket. */
const HOLD_BYTES = 256 * 1024;
/**
 * A kept connection that its peer had closed refuses a request within a round trip. A reset that comes later may come from
 * an upstream that was at work on the request.
 */
const CLOSED_BEFORE_MS = 500;

/**
 * One request to one lane. The head resolves {@link head}; the body is held (bounded) until a sink is attached, so
 * that the answer can be judged before the client sees a byte of it.
 */
export class UpstreamCall implements Dispatcher.DispatchHandler, CarriedCall {
  readonly head: Promise<AnswerHead | CallFailure>;
  firstByteAtMs: number | null = null;
  lastByteAtMs: number | null = null;
  bodyBytes = 0;
  carrier: (() => ConnectionUse) | null = null;
  #sawBytes = false;
  #hasHead = false;
  /** When it left on a connection that had carried others; `null`: on a new one, or not yet. */
  #reusedAtMs: number | null = null;
  /** Body that came within this turn of the loop: small pieces are handed on together. */
  #batch: Buffer[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #sink: BodySink | null = null;
  #ended = false;
  #failure: CallFailure | null = null;
  #abortReason: CallFailure | null = null;
  #timer: LifeTimer;
  #settleHead: (head: AnswerHead | CallFailure) => void = () => {};
  #onHeld: (() => void) | null = null;
  #decoder: AnswerDecoder | null = null;
  /** Whoever takes the body has said that it is full. */
  #waits = false;
  /** How the sink is told of a failure. */
  #tell: (tell: () => void) => void = (tell) => tell();
  readonly #options: CallOptions;
  readonly #nowMs: () => number;

  constructor(options: CallOptions, nowMs: () => number) {
    this.#options = options;
    this.#nowMs = nowMs;
    this.head = new Promise((resolve) => {
      this.#settleHead = resolve;
    });
    this.#timer = new LifeTimer(options.headerMs, () => this.abort(new CallFailure("header_timeout", null)));
  }

  /** Held body so far, oldest first. */
  get held(): readonly Buffer[] {
    return this.#held;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get ended(): boolean {
    return this.#ended || this.#failure !== null;
  }

  get failure(): CallFailure | null {
    return this.#failure;
  }

  /** It broke at once, before a byte of an answer, on a connection that had carried others: nobody has worked on it. */
  get foundItsConnectionClosed(): boolean {
    return (
      this.#failure?.kind === "reset" &&
      !this.#sawBytes &&
      this.#reusedAtMs !== null &&
      this.#nowMs() - this.#reusedAtMs < CLOSED_BEFORE_MS
    );
  }

  abort(reason: CallFailure): void {
    if (this.ended) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
    // The connection may be done with an answer that is still being decoded, and then tells of no end.
    this.onResponseError(null, reason);
  }

  /** Ends a call whose client has left. Whoever takes its body is told later: the lane's hearing of it comes first. */
  leave(tellLater: (tell: () => void) => void): void {
    this.#tell = tellLater;
    withoutStacks(() => this.abort(new CallFailure("aborted", null)));
  }

  /** Waits until `enough` holds of the held body, the body ends, or the time is up. */
  async holdUntil(enough: (held: readonly Buffer[]) => boolean, timeoutMs: number): Promise<void> {
    const isDone = (): boolean => enough(this.#held) || this.ended || this.#heldBytes >= HOLD_BYTES;
    if (isDone()) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        timer.stop();
        this.#onHeld = null;
        resolve();
      };
      const timer = new LifeTimer(timeoutMs, finish);
      this.#onHeld = () => {
        if (isDone()) finish();
      };
    });
  }

  /** Hands over what is held and all that follows. At most one sink. */
  attach(sink: BodySink): void {
    if (this.#sink !== null) throw new Error("a call has one sink");
    this.#sink = sink;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    let room = true;
    for (const chunk of held) room = sink.data(chunk);
    if (this.#failure !== null) sink.fail(this.#failure);
    else if (this.#ended) sink.end();
    else if (room) this.resume();
    else this.#pause();
  }

  resume(): void {
    if (this.ended) return;
    this.#waits = false;
    this.#timer.release();
    this.#decoder?.resume();
    if (this.#controller?.paused) this.#controller.resume();
  }

  #pause(): void {
    this.#waits = true;
    this.#timer.hold();
    this.#decoder?.pause();
    if (!this.#controller?.paused) this.#controller?.pause();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const use = this.carrier?.();
    if (use !== undefined) {
      if (use.requests > 0) this.#reusedAtMs = this.#nowMs();
      use.requests += 1;
    }
    if (this.#abortReason !== null) controller.abort(this.#abortReason);
  }

  /** Any byte of an answer: from here on the upstream has taken the request. */
  onResponseStarted(): void {
    this.#sawBytes = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#hasHead = true;
    this.#timer.stop();
    const { idleMs, headerMs } = this.#options;
    this.#timer = new LifeTimer(idleMs, () => this.abort(new CallFailure("idle_timeout", null)), headerMs);
    const encoding = first(headers["content-encoding"]);
    const raw = toStrings(controller.rawHeaders);
    const decodes = this.#options.decode && encoding !== null && (isPlain(encoding) || isReadable(encoding));
    if (decodes) {
      if (!isPlain(encoding)) this.#decoder = this.#openDecoder(encoding);
      delete headers["content-encoding"];
    }
    this.#settleHead({
      status,
      rawHeaders: decodes ? withoutEncoding(raw, this.#decoder === null) : raw,
      get: (name) => first(headers[name]),
      keys: () => Object.keys(headers),
      atMs: this.#nowMs(),
    });
  }

  #openDecoder(encoding: string): AnswerDecoder {
    return openAnswerDecoder(encoding, {
      data: (chunk) => this.#take(chunk),
      end: () => this.#finish(),
      fail: (error) => this.abort(new CallFailure("protocol", error)),
      drain: () => {
        if (!this.#waits && this.#controller?.paused) this.#controller.resume();
      },
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.ended) return;
    if (this.#decoder !== null) {
      if (!this.#decoder.write(chunk)) controller.pause();
      return;
    }
    this.#batch.push(chunk);
    if (this.#batch.length === 1) process.nextTick(() => this.#takeBatch());
  }

  #takeBatch(): void {
    const [first, ...more] = this.#batch;
    this.#batch = [];
    if (first === undefined || this.ended) return;
    this.#take(more.length === 0 ? first : Buffer.concat([first, ...more]));
  }

  #take(chunk: Buffer): void {
    const nowMs = this.#nowMs();
    this.firstByteAtMs ??= nowMs;
    this.lastByteAtMs = nowMs;
    this.bodyBytes += chunk.length;
    if (this.#sink !== null) {
      const hasRoom = this.#sink.data(chunk);
      const sign = this.#sink.showed?.() ?? "answer";
      if (sign === "answer") this.#timer.life();
      if (sign === "ping") this.#timer.ping();
      if (!hasRoom) this.#pause();
      return;
    }
    this.#timer.life();
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes >= HOLD_BYTES) this.#pause();
    this.#onHeld?.();
  }

  onResponseEnd(): void {
    this.#takeBatch();
    this.#timer.stop();
    if (this.#decoder === null) this.#finish();
    else this.#decoder.end();
  }

  #finish(): void {
    if (this.ended) return;
    this.#timer.stop();
    this.#ended = true;
    this.#sink?.end();
    this.#onHeld?.();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#abortReason === null) this.#takeBatch();
    if (this.ended) return;
    this.#timer.stop();
    this.#decoder?.destroy();
    this.#failure = this.#abortReason ?? describeError(error, this.#hasHead);
    const failure = this.#failure;
    const sink = this.#sink;
    this.#settleHead(failure);
    this.#onHeld?.();
    if (sink !== null) this.#tell(() => sink.fail(failure));
  }
}

/** Nobody reads where a client was heard to leave, and a stack costs more than the leaving. */
function withoutStacks(work: () => void): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** @param hasHead A connection that has brought the head of an answer can only break, whatever the system calls it. */
function describeError(error: Error & { code?: string }, hasHead: boolean): CallFailure {
  const code = error.code ?? "";
  if (code.startsWith("HPE_") || NOT_HTTP.has(code)) return new CallFailure("protocol", error);
  return new CallFailure(hasHead || CUT.has(code) ? "reset" : "connect", error);
}

const CUT: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);
const NOT_HTTP: ReadonlySet<string> = new Set([
  "UND_ERR_HEADERS_OVERFLOW",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

function first(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** The head of the body without its encoding. The length of one that was packed is another one. */
function withoutEncoding(raw: readonly string[], keepsLength: boolean): string[] {
  const kept: string[] = [];
  eachHeader(raw, (name, value, spelled) => {
    if (name !== "content-encoding" && (keepsLength || name !== "content-length")) kept.push(spelled, value);
  });
  return kept;
}

function toStrings(raw: Dispatcher.DispatchController["rawHeaders"]): string[] {
  if (!Array.isArray(raw)) return Object.entries(raw ?? {}).flatMap(([name, value]) => [name, String(value)]);
  return raw.map((part) => (typeof part === "string" ? part : part.toString("latin1")));
}
