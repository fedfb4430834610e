import type { Dispatcher } from "undici";
import { eachHeader } from "../http/header-rules.ts";
import { type AnswerDecoder, isPlain, isReadable, openAnswerDecoder } from "./answer-decoder.ts";

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

/** Takes an answer's body once it is known where it goes. */
export interface BodySink {
  /** @returns Whether more may come at once; on `false` the call waits for {@link UpstreamCall.resume}. */
  data(chunk: Buffer): boolean;
  end(): void;
  fail(failure: CallFailure): void;
}

export interface CallTimeouts {
  readonly headerMs: number;
  /** Longest silence between bytes of a body. There is no total limit: long turns are legitimate. */
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
 * One request to one lane. The head resolves {@link head}; the body is held (bounded) until a sink is attached, so
 * that the answer can be judged before the client sees a byte of it.
 */
export class UpstreamCall implements Dispatcher.DispatchHandler {
  readonly head: Promise<AnswerHead | CallFailure>;
  firstByteAtMs: number | null = null;
  lastByteAtMs: number | null = null;
  bodyBytes = 0;
  sawBytes = false;
  #controller: Dispatcher.DispatchController | null = null;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #sink: BodySink | null = null;
  #ended = false;
  #failure: CallFailure | null = null;
  #abortReason: CallFailure | null = null;
  #timer: NodeJS.Timeout;
  #settleHead: (head: AnswerHead | CallFailure) => void = () => {};
  #onHeld: (() => void) | null = null;
  #decoder: AnswerDecoder | null = null;
  /** Whoever takes the body has said that it is full. */
  #waits = false;
  /** All has come, though some of it may have to be decoded yet. */
  #received = false;
  readonly #options: CallOptions;
  readonly #nowMs: () => number;

  constructor(options: CallOptions, nowMs: () => number) {
    this.#options = options;
    this.#nowMs = nowMs;
    this.head = new Promise((resolve) => {
      this.#settleHead = resolve;
    });
    this.#timer = setTimeout(() => this.abort(new CallFailure("header_timeout", null)), options.headerMs);
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

  abort(reason: CallFailure): void {
    if (this.ended) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
    // The connection may be done with an answer that is still being decoded, and then tells of no end.
    this.onResponseError(null, reason);
  }

  /** Waits until `enough` holds of the held body, the body ends, or the time is up. */
  async holdUntil(enough: (held: readonly Buffer[]) => boolean, timeoutMs: number): Promise<void> {
    const isDone = (): boolean => enough(this.#held) || this.ended || this.#heldBytes >= HOLD_BYTES;
    if (isDone()) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#onHeld = null;
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
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
    this.#timer.refresh();
    this.#decoder?.resume();
    if (this.#controller?.paused) this.#controller.resume();
  }

  #pause(): void {
    this.#waits = true;
    this.#decoder?.pause();
    if (!this.#controller?.paused) this.#controller?.pause();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortReason !== null) controller.abort(this.#abortReason);
  }

  /** Any byte of an answer: from here on the upstream has taken the request. */
  onResponseStarted(): void {
    this.sawBytes = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onIdle(), this.#options.idleMs);
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
    this.#timer.refresh();
    if (this.#decoder === null) this.#take(chunk);
    else if (!this.#decoder.write(chunk)) controller.pause();
  }

  #take(chunk: Buffer): void {
    const nowMs = this.#nowMs();
    this.firstByteAtMs ??= nowMs;
    this.lastByteAtMs = nowMs;
    this.bodyBytes += chunk.length;
    if (this.#sink !== null) {
      if (!this.#sink.data(chunk)) this.#pause();
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes >= HOLD_BYTES) this.#pause();
    this.#onHeld?.();
  }

  onResponseEnd(): void {
    this.#received = true;
    if (this.#decoder === null) this.#finish();
    else this.#decoder.end();
  }

  #finish(): void {
    if (this.ended) return;
    clearTimeout(this.#timer);
    this.#ended = true;
    this.#sink?.end();
    this.#onHeld?.();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.ended) return;
    clearTimeout(this.#timer);
    this.#decoder?.destroy();
    this.#failure = this.#abortReason ?? describeError(error);
    this.#settleHead(this.#failure);
    this.#sink?.fail(this.#failure);
    this.#onHeld?.();
  }

  /** A client that reads slowly stops the upstream too; that silence is not the upstream's. */
  #onIdle(): void {
    if (this.#received) return;
    if (this.#waits || this.#controller?.paused) this.#timer.refresh();
    else this.abort(new CallFailure("idle_timeout", null));
  }
}

function describeError(error: Error & { code?: string }): CallFailure {
  switch (error.code) {
    case "UND_ERR_SOCKET":
    case "ECONNRESET":
    case "EPIPE":
      return new CallFailure("reset", error);
    default:
      return new CallFailure(error.code?.startsWith("HPE_") ? "protocol" : "connect", error);
  }
}

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
