import type { HoldMode } from "@ccp/provider-catalog";
import { classifyAnswer, classifyStreamError, openPeek, peekStream } from "@ccp/upstream-signals";
import type { LimitSignal } from "@ccp/usage-contract";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";
import type { CredentialOwner } from "./prepare.ts";
import type { Sent } from "./send.ts";
import type { AnswerHead, UpstreamCall } from "./upstream-call.ts";

/** A stream's 200 is passed on after this long without an event: the client's own watchdog must see life. */
const FIRST_EVENT_WAIT_MS = 2_000;
/** The same where its first content is waited for, which a lane that thinks sends later. */
const FIRST_CONTENT_WAIT_MS = 15_000;
/** How long a refusal's body is waited for, and how much of it is read, before its status alone decides. */
const REFUSAL_WAIT_MS = 5_000;
const REFUSAL_READ_BYTES = 64 * 1024;
const ERROR_PROBE_BYTES = 512;

/** What an answer means, and whether another lane should be asked instead of showing it. */
export interface Judged {
  readonly sent: Sent;
  readonly signal: LimitSignal;
  /** `null`: the answer is the client's. A `limit` hop and a `failure` hop are counted apart. */
  readonly hop: "limit" | "failure" | null;
  readonly isStream: boolean;
  /** Something of an answer has been seen; `false` where only a head came in time. */
  readonly proven: boolean;
}

/** Reads as much of an answer as its meaning needs, before the client has seen a byte. Changes no state. */
export async function judge(
  sent: Sent,
  runtime: LaneRuntime,
  credential: CredentialOwner,
  wallMs: () => number,
): Promise<Judged> {
  const { head, call } = sent;
  if (head === null) {
    return { sent, signal: networkFailure(sent), hop: "failure", isStream: false, proven: false };
  }
  const isStream = isEventStream(head);
  const signal = await readSignal(call, head, isStream, runtime, wallMs);
  const proven = call.heldBytes > 0 || call.ended;
  if (brokeBeforeAnswering(call, head, isStream, seekOf(runtime.lane.answers.hold))) {
    return { sent, signal: networkFailure(sent), hop: "failure", isStream, proven };
  }
  // A redirect is never followed, and what it answers was not meant for another lane.
  const isRedirect = head.status >= 300 && head.status < 400;
  return { sent, signal, hop: isRedirect ? null : hopFor(signal, credential), isStream, proven };
}

/** A 200 that ends, or breaks, before anything of an answer has come serves nobody. */
function brokeBeforeAnswering(call: UpstreamCall, head: AnswerHead, isStream: boolean, seek: Seek): boolean {
  if (head.status !== 200 || !call.ended) return false;
  if (call.held.length === 0) return true;
  return isStream && peekStream(`${textOf(call.held)}\n\n`, seek).kind === "incomplete";
}

type Seek = "event" | "content";

function seekOf(hold: HoldMode): Seek {
  return hold === "first_content" ? "content" : "event";
}

async function readSignal(
  call: UpstreamCall,
  head: AnswerHead,
  isStream: boolean,
  runtime: LaneRuntime,
  wallMs: () => number,
): Promise<LimitSignal> {
  const { dialect } = runtime.lane;
  const base = { dialect, status: head.status, headers: head };
  if (isStream && head.status === 200) {
    const errorData = await firstEventError(call, seekOf(runtime.lane.answers.hold));
    if (errorData === null) return classifyAnswer({ ...base, body: null, nowMs: wallMs() });
    return classifyStreamError(dialect, errorData, head, wallMs());
  }
  if (head.status === 200 && (await beginsLikeAnAnswer(call, head))) {
    return classifyAnswer({ ...base, body: null, nowMs: wallMs() });
  }
  await call.holdUntil(() => call.heldBytes >= REFUSAL_READ_BYTES, REFUSAL_WAIT_MS);
  const raw = Buffer.concat(call.held).subarray(0, REFUSAL_READ_BYTES);
  // What is still packed cannot be read: its status and headers decide.
  const body = head.get("content-encoding") === null ? raw.toString("utf8") : null;
  return classifyAnswer({ ...base, body, nowMs: wallMs() });
}

/** Waits for the first event, or content, of a stream. @returns Its data where it is an error, else `null`. */
async function firstEventError(call: UpstreamCall, seek: Seek): Promise<string | null> {
  const reader = openPeek(seek);
  let seen = 0;
  await call.holdUntil(
    (held) => {
      let isKnown = false;
      for (; seen < held.length; seen += 1)
        isKnown = reader.push(held[seen]?.toString("latin1") ?? "").kind !== "incomplete";
      return isKnown;
    },
    seek === "content" ? FIRST_CONTENT_WAIT_MS : FIRST_EVENT_WAIT_MS,
  );
  const peeked = reader.end(call.ended);
  return peeked.kind === "error" ? Buffer.from(peeked.data, "latin1").toString("utf8") : null;
}

/**
 * Some upstreams send their errors with status 200; those are short, say so at their start, and come with the head. An
 * answer that is still being made when the wait is over is one.
 */
async function beginsLikeAnAnswer(call: UpstreamCall, head: AnswerHead): Promise<boolean> {
  if (!/json/i.test(head.get("content-type") ?? "") || head.get("content-encoding") !== null) return false;
  await call.holdUntil(() => startOf(call) !== "", REFUSAL_WAIT_MS);
  const start = startOf(call);
  if (start === "" && !call.ended) return true;
  return /"type"\s*:\s*"message"|"role"\s*:|"content"\s*:|"input_tokens"\s*:/.test(start);
}

/** The first bytes that are not blank. */
function startOf(call: UpstreamCall): string {
  return textOf(call.held.slice(0, 4)).trimStart().slice(0, ERROR_PROBE_BYTES);
}

/**
 * A client's own credential that is refused is the client's to mend, and a request's own fault would fail anywhere.
 */
function hopFor(signal: LimitSignal, credential: CredentialOwner): Judged["hop"] {
  switch (signal.kind) {
    case "quota":
    case "throttle":
      return "limit";
    case "overload":
    case "server_error":
    case "dead_lane":
      return "failure";
    case "auth":
      return credential === "lane" ? "failure" : null;
    case "entitlement":
      // What the plan does not hold another lane may; what this one request asked for is the client's to leave out.
      return signal.scope === "model" ? "failure" : null;
    case "ok":
    case "request":
      return null;
    default:
      signal.kind satisfies never;
      return null;
  }
}

function networkFailure(sent: Sent): LimitSignal {
  return {
    kind: "server_error",
    scope: "request",
    resetAtMs: null,
    retryAfterMs: null,
    source: "status",
    window: null,
    code: sent.failure?.kind ?? null,
    message: null,
  };
}

/** A stream in an encoding cannot be read or added to: it is passed on as one piece. */
export function isEventStream(head: AnswerHead): boolean {
  return (
    head.get("content-encoding") === null && /^text\/event-stream\b/i.test(head.get("content-type") ?? "")
  );
}

/** Only ASCII decides here, so no multi-byte character can be cut in a way that matters. */
function textOf(held: readonly Buffer[]): string {
  let text = "";
  for (const chunk of held) text += chunk.toString("latin1");
  return text;
}
