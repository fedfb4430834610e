import type { ClientRequest } from "./fuzz-case.ts";
import { SECRETS } from "./fuzz-case.ts";
import type { LaneRequest } from "./lane-server.ts";
import type { Played, Violation } from "./play-case.ts";
import { type HttpMessage, headerOf, readHttp } from "./read-http.ts";

/** A half-sent event is closed, or made a ping of where it was cut off. */
const MESSAGE_STOP = /^(?:\n\n|\n?event: ping\n\n)?event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/;
const ERROR_EVENT =
  /^(?:\n\n|\n?event: ping\n\n)?event: error\ndata: (\{"type":"error","error":\{"type":"[a-z_]+","message":"[^"\n]+"\}.*\})\n\n$/;

const STOPPED = /event: ?message_stop\r?\ndata: ?\{[^\r\n]*\}\r?\n/;
/** An error event, or OpenAI's end mark, that lacks its blank line, or more. */
const ENDS_UNCLOSED = /(?:event: ?error\r?\ndata[^\r\n]*|data: ?\[DONE\])\r?\n?$/;
const STOPPED_AND_CLOSED = new RegExp(`${STOPPED.source}\\r?\\n`);

/** Judges what one client saw: one whole answer, one stream, or one error, each in its own shape. */
export function judgeAnswer(
  request: ClientRequest,
  at: number,
  { requests, laneRequests, timedOut }: Played,
): Violation[] {
  const { seen, id } = requests[at] ?? {};
  if (seen === undefined || id === undefined) return [];
  const tell = (kind: string, text: string): Violation[] => [{ kind, text: `request ${at}: ${text}` }];
  const left = seen.ending === "left";
  if (seen.ending === "timeout") return tell("silence", "neither an answer nor an end");
  for (const lane of ["zai", "kimi"] as const) {
    if (seen.bytes.includes(SECRETS[lane])) return tell("secret", `the key of ${lane} reached the client`);
  }
  let answer: HttpMessage | null;
  let size: number;
  try {
    ({ answer, size } = readFinal(seen.bytes));
  } catch (error) {
    return tell("not_http", (error as Error).message);
  }
  if (answer === null) {
    if (left) return [];
    return tell(whyNothing(id, laneRequests), `no answer at all (${seen.ending})`);
  }
  if (size !== seen.bytes.length)
    return tell("more_than_one", `${seen.bytes.length - size} bytes behind the answer`);
  const found =
    headerOf(answer, "x-step") === null
      ? judgeOwn(answer, request, left)
      : judgePassed(answer, request, id, left, laneRequests);
  const isLate = timedOut.has(headerOf(answer, "x-ccp-request-id") ?? "") || !isMessage(request);
  return [...found, ...judgeHeaders(answer)]
    .filter(({ kind }) => !(isLate && (kind === "lost" || kind === "broken")))
    .map(({ kind, text }) => ({ kind, text: `request ${at}: ${text}` }));
}

function isMessage({ path }: ClientRequest): boolean {
  return path.split("?")[0] === "/v1/messages";
}

/** The answer behind interim ones. */
function readFinal(bytes: Buffer): { answer: HttpMessage | null; size: number } {
  let used = 0;
  for (;;) {
    const answer = readHttp(bytes.subarray(used), true);
    if (answer === null) return { answer, size: used };
    used += answer.size;
    if (!/^HTTP\/1\.1 1\d\d /.test(answer.startLine)) return { answer, size: used };
  }
}

/** Names the ways to lose an answer apart. */
function whyNothing(id: string, laneRequests: readonly LaneRequest[]): string {
  const asked = laneRequests.filter(({ requestId }) => requestId === id);
  if (asked.some(({ answer }) => answer.headSent && !answer.complete)) return "refusal_lost";
  return asked.some(({ answer }) => answer.body.length === 0) ? "nothing_lost" : "no_answer";
}

function judgeHeaders(answer: HttpMessage): Violation[] {
  const lane = headerOf(answer, "x-ccp-lane");
  if (lane === null || lane === "anthropic") return [];
  return answer.headers
    .filter(([name]) => name === "set-cookie" || name.startsWith("anthropic-ratelimit-"))
    .filter(
      ([name]) => headerOf(answer, "x-step") !== null || !name.startsWith("anthropic-ratelimit-unified"),
    )
    .map(([name]) => ({ kind: "foreign_header", text: `${name} of ${lane}` }));
}

/** The gateway's own words: an error in the API's shape, or an estimate where tokens were to be counted. */
function judgeOwn(answer: HttpMessage, { path }: ClientRequest, left: boolean): Violation[] {
  const status = statusOf(answer);
  if (!answer.complete) return left ? [] : [{ kind: "own_broken", text: `its own ${status} was cut off` }];
  const body = parseJson(answer.body) as
    | {
        type?: unknown;
        error?: { type?: unknown; message?: unknown };
      }
    | null
    | undefined;
  const isEstimate = path.endsWith("count_tokens") && status === 200;
  if (isEstimate) {
    const count = (body as { input_tokens?: unknown } | null | undefined)?.input_tokens;
    return Number.isInteger(count) ? [] : [{ kind: "own_shape", text: "an estimate without a number" }];
  }
  const shaped =
    body?.type === "error" && typeof body.error?.type === "string" && typeof body.error.message === "string";
  if (shaped && status >= 400 && headerOf(answer, "content-type") === "application/json") return [];
  return [{ kind: "own_shape", text: `${status} ${answer.body.toString("utf8").slice(0, 200)}` }];
}

/** An answer of a lane: the lane that the headers name, asked by this request, and its bytes. */
function judgePassed(
  answer: HttpMessage,
  request: ClientRequest,
  id: string,
  left: boolean,
  laneRequests: readonly LaneRequest[],
): Violation[] {
  const stepId = headerOf(answer, "x-step");
  const source = laneRequests.find((each) => each.stepId === stepId);
  if (source === undefined) return [{ kind: "stale", text: `an answer of another case: ${stepId}` }];
  if (source.requestId !== id) return [{ kind: "mixed_up", text: `the answer of ${source.requestId}` }];
  const lane = headerOf(answer, "x-ccp-lane");
  if (lane !== source.lane)
    return [{ kind: "wrong_lane", text: `${lane} is named, ${source.lane} answered` }];
  const { answer: sent } = source;
  if (isMessage(request) && sent.status === 204)
    return [{ kind: "no_content", text: "a message of nothing" }];
  if (statusOf(answer) !== sent.status) {
    return [{ kind: "status", text: `${statusOf(answer)} was made of ${sent.status}` }];
  }
  const sentView = viewOf(answer, source);
  // Only what the gateway can read gets a word when it breaks off.
  const isStream =
    isMessage(request) &&
    sentView.readable &&
    /^text\/event-stream\b/i.test(headerOf(answer, "content-type") ?? "");
  return isStream
    ? judgeStream(answer, sentView, left)
    : judgeWhole(answer, sentView, left, isMessage(request));
}

/** What a lane sent, as its client should see it. */
interface SentView {
  readonly body: Buffer;
  /** As far as it was sent. */
  readonly sentBody: Buffer;
  readonly complete: boolean;
  readonly readable: boolean;
  /** Nobody can say how much of what was sent has arrived. */
  readonly vague: boolean;
  readonly framing: LaneRequest["step"]["framing"];
  readonly reset: boolean;
}

/** A packed answer may reach the client unpacked: then nothing in its head speaks of the packing. */
function viewOf(answer: HttpMessage, { answer: sent, step, doomed }: LaneRequest): SentView {
  const unpacked = sent.encoding !== "none" && headerOf(answer, "content-encoding") === null;
  return {
    body: unpacked ? sent.plainBody : sent.body,
    sentBody: unpacked ? sent.plainBody : sent.sentBody,
    complete: sent.complete,
    readable: unpacked || sent.encoding === "none",
    vague: doomed || (unpacked && !sent.complete),
    framing: step.framing,
    reset: step.ending === "rst",
  };
}

function judgeWhole(answer: HttpMessage, sent: SentView, left: boolean, isRead: boolean): Violation[] {
  if (!sent.sentBody.subarray(0, answer.body.length).equals(answer.body)) {
    return [{ kind: "changed", text: "the body is not the lane's" }];
  }
  if (answer.complete && answer.body.length < sent.body.length) {
    const text = `${answer.body.length} of ${sent.body.length} bytes pass for a whole answer`;
    // With no frame but the end of its connection an answer cannot be told from half of it, unless it is read.
    if (sent.framing !== "close") return [{ kind: "half_as_whole", text }];
    // Without its last line break it is whole all the same.
    if (parseJson(answer.body) !== undefined) return [];
    return isRead && sent.readable && /json/.test(headerOf(answer, "content-type") ?? "")
      ? [{ kind: "half_without_frame", text }]
      : [];
  }
  if (answer.complete || left || !sent.complete || sent.vague || sent.reset) return [];
  // Without a frame, what is no JSON cannot be told from half of it.
  if (sent.framing === "close" && parseJson(sent.body) === undefined) return [];
  return [{ kind: "broken", text: "the lane's answer was whole, the client's is not" }];
}

function judgeStream(answer: HttpMessage, sent: SentView, left: boolean): Violation[] {
  const { body } = answer;
  const same = commonLength(body, sent.sentBody);
  const added = body.subarray(same).toString("utf8");
  if (left) return added === "" || ERROR_EVENT.test(added) || MESSAGE_STOP.test(added) ? [] : changed(added);
  if (same < sent.sentBody.length && sent.complete && !sent.vague)
    return [{ kind: "lost", text: `${sent.sentBody.length - same} bytes of a stream` }];
  const seen = (sent.vague ? sent.sentBody.subarray(0, same) : sent.sentBody).toString("utf8");
  const stopped = STOPPED.test(`${seen}\n`);
  if (added === "") return judgeEnd(answer, sent, seen);
  if (added === "\n\n" && (stopped || ENDS_UNCLOSED.test(seen))) return [];
  if (MESSAGE_STOP.test(added))
    return answer.complete ? [] : [{ kind: "broken", text: "broken behind message_stop" }];
  if (!ERROR_EVENT.test(added)) return changed(added);
  if (answer.complete) return [{ kind: "clean_end", text: "an error event and a clean end" }];
  return stopped ? [{ kind: "error_after_stop", text: "an error event behind message_stop" }] : [];
}

/** A stream that has its end, or never began, may end without a word; one that broke off may not. */
function judgeEnd(answer: HttpMessage, sent: SentView, seen: string): Violation[] {
  if (!answer.complete) return [{ kind: "no_error_event", text: "a broken stream without an error event" }];
  const stopped = STOPPED.test(`${seen}\n`);
  const needsWord = /event: ?message_start\r?\n/.test(seen) && !stopped && !/event: ?error\r?\n/.test(seen);
  // Without a frame an upstream that cuts off the last blank line is one that leaves it out.
  const unheard = stopped && !sent.complete && sent.framing !== "close" && !STOPPED_AND_CLOSED.test(seen);
  return needsWord || unheard
    ? [{ kind: "half_as_whole", text: "half a stream passes for a whole one" }]
    : [];
}

function changed(added: string): Violation[] {
  return [{ kind: "changed", text: `not the lane's: ${JSON.stringify(added.slice(0, 200))}` }];
}

function commonLength(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at += 1;
  return at;
}

function statusOf({ startLine }: HttpMessage): number {
  return Number(startLine.split(" ")[1]);
}

/** `undefined` for what is no JSON. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
