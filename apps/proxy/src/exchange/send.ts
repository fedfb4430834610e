import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Deps } from "../deps.ts";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";
import { type AnswerHead, CallFailure, UpstreamCall } from "./upstream-call.ts";

/** What {@link send} needs of a request; a relayed one has any method and perhaps a streamed body. */
export interface Outbound {
  readonly lane: Pick<LaneRuntime, "pool" | "openConnection">;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: readonly Uint8Array[] | Readable | null;
  /** Whether a packed answer is unpacked: where identity was asked for, not where the client chose for itself. */
  readonly decode: boolean;
}

/** One attempt's answer, or what became of it. */
export interface Sent {
  readonly call: UpstreamCall;
  readonly startedMonoMs: number;
  readonly head: AnswerHead | null;
  readonly failure: CallFailure | null;
  /** The first connection turned out to be closed, so the request went out again on a new one. */
  readonly retried: boolean;
}

/** The only place that dials. `onCall` learns of each call at once, so that a client that leaves can end it. */
export async function send(
  outbound: Outbound,
  deps: Pick<Deps, "settings" | "clock">,
  onCall: (call: UpstreamCall) => void,
): Promise<Sent> {
  const startedMonoMs = deps.clock.monoMs();
  const first = start(outbound, outbound.lane.pool, deps, onCall);
  const answer = await first.head;
  if (!(answer instanceof CallFailure)) {
    return { call: first, startedMonoMs, head: answer, failure: null, retried: false };
  }
  if (!first.foundItsConnectionClosed || !isReplayable(outbound.body)) {
    return { call: first, startedMonoMs, head: null, failure: answer, retried: false };
  }
  return sendOnFreshConnection(outbound, deps, onCall, startedMonoMs);
}

/** An idle connection may be closed by its peer just as a request leaves on it; nothing was served then. */
async function sendOnFreshConnection(
  outbound: Outbound,
  deps: Pick<Deps, "settings" | "clock">,
  onCall: (call: UpstreamCall) => void,
  startedMonoMs: number,
): Promise<Sent> {
  const connection = outbound.lane.openConnection();
  const call = start(outbound, connection, deps, onCall);
  const answer = await call.head;
  // Closes once the answer has ended.
  connection.close().catch(() => connection.destroy());
  return answer instanceof CallFailure
    ? { call, startedMonoMs, head: null, failure: answer, retried: true }
    : { call, startedMonoMs, head: answer, failure: null, retried: true };
}

function start(
  outbound: Outbound,
  dispatcher: Dispatcher,
  deps: Pick<Deps, "settings" | "clock">,
  onCall: (call: UpstreamCall) => void,
): UpstreamCall {
  const { headerTimeoutMs, sseIdleTimeoutMs } = deps.settings;
  const call = new UpstreamCall(
    { headerMs: headerTimeoutMs, idleMs: sseIdleTimeoutMs, decode: outbound.decode },
    deps.clock.monoMs,
  );
  onCall(call);
  dispatcher.dispatch(
    {
      method: outbound.method as Dispatcher.HttpMethod,
      path: outbound.path,
      headers: outbound.headers as string[],
      body: toDispatchBody(outbound.body),
    },
    call,
  );
  return call;
}

/**
 * The chunk list as it is: joining a large body costs more than sending it. The client library takes any iterable of
 * bytes, which its types do not say.
 */
function toDispatchBody(body: Outbound["body"]): Readable | Uint8Array | null {
  if (body === null || !Array.isArray(body)) return body as Readable | null;
  if (body.length === 0) return null;
  return body.length === 1 ? (body[0] ?? null) : (body as unknown as Readable);
}

function isReplayable(body: Outbound["body"]): boolean {
  return body === null || Array.isArray(body);
}
