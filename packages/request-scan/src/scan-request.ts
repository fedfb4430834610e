import { CLOSE_BRACE, isSpace, OPEN_BRACE } from "./ascii.ts";
import { ByteView } from "./byte-view.ts";
import type { Member, MemberStep, Span } from "./member.ts";
import { nextMember, skipSpace } from "./next-member.ts";
import { commaBefore, previousMember } from "./previous-member.ts";
import {
  type FieldName,
  fieldName,
  mayStandOnce,
  offersTools,
  readBoolean,
  readSystem,
  readTokenLimit,
  readUserId,
} from "./read-fields.ts";
import { readModel } from "./read-model.ts";

/** How far the walk from the end reads. A body up to this size is read whole. */
const TAIL_BUDGET_BYTES = 8192;

/** Where these have been met the walk from the end is over. Claude Code writes its metadata before both others. */
const SOUGHT: readonly FieldName[] = ["stream", "max_tokens", "metadata"];

/** What routing needs to know of a request. */
export interface RequestScan {
  readonly model: string;
  /** The bytes of the model's JSON string, quotes included, counted over all chunks. */
  readonly modelSpan: Span;
  /** Whether the client asked for a stream; meaningful only with `streamKnown`. */
  readonly stream: boolean;
  /** False when `stream` was not seen, or was no boolean: the answer's content type tells then. */
  readonly streamKnown: boolean;
  /** `null` when not seen, or not a whole number. */
  readonly maxTokens: number | null;
  /** `metadata.user_id`; `null` when not seen. */
  readonly userId: string | null;
  /** Whether the request offers tools; `null` when that was not seen. */
  readonly hasTools: boolean | null;
  /** How the first texts of the system prompt begin; `null` when it was not seen. */
  readonly system: readonly string[] | null;
}

export type ScanIssue =
  | "empty"
  | "not_json_object"
  | "model_missing"
  | "model_invalid"
  | "duplicate_key"
  | "too_deep";

export type ScanResult =
  | { readonly success: true; readonly scan: RequestScan }
  | { readonly success: false; readonly reason: ScanIssue; readonly message: string };

type Failure = Extract<ScanResult, { success: false }>;

/**
 * Finds `model`, `stream`, `max_tokens`, `metadata`, `tools` and `system` in the bytes of a Messages request without
 * joining or parsing them.
 *
 * Reads from the front to the model, which clients write first, and over the plain values behind it; then backwards from
 * the end over at most 8 KB.
 * Where a large value is met there, what stands before it stays unknown. Only a body whose model does not come
 * first is read further, up to its model.
 *
 * Exact for valid JSON: keys and values with escapes, decoys in nested values and strings, any chunk border. Of
 * invalid JSON it reports what it meets; the rest is for the upstream to refuse. A body up to 8 KB is read whole;
 * in a larger one a second `model` between the two ends goes unseen (see `proveSingleModel`).
 *
 * @param chunks The body as it arrived; a byte order mark and empty chunks are fine.
 * @returns A failure, with a message fit for the client, when no model can be told.
 * @example
 * scanRequest([bytes('{"model":"glm-4.7","max_tokens":9,"messages":[]}')]);
 * // => { success: true, scan: { model: "glm-4.7", modelSpan: { start: 9, end: 18 }, stream: false,
 * //      streamKnown: true, maxTokens: 9, userId: null, hasTools: false, system: null } }
 */
export function scanRequest(chunks: readonly Uint8Array[]): ScanResult {
  const view = new ByteView(chunks);
  const start = objectStart(view);
  if (start === view.size) return failure("empty", "the request body is empty");
  if (view.at(start) !== OPEN_BRACE)
    return failure("not_json_object", "the request body is not a JSON object");

  const found = new Map<FieldName, Span>();
  const head = readHead(view, start + 1, found);
  if (typeof head !== "number") return head;
  const modelSpan = found.get("model");
  if (modelSpan === undefined) return failure("model_missing", 'the top-level "model" is missing');
  const reading = readModel(view, modelSpan);
  if (!reading.success) return failure("model_invalid", reading.message);

  const tail = readTail(view, head, found);
  if (typeof tail !== "boolean") return tail;
  const stream = found.get("stream");
  const asked = stream === undefined ? null : readBoolean(view, stream);
  const limit = found.get("max_tokens");
  const metadata = found.get("metadata");
  const tools = found.get("tools");
  const system = found.get("system");
  return {
    success: true,
    scan: {
      model: reading.model,
      modelSpan,
      stream: asked === true,
      streamKnown: asked !== null || (stream === undefined && tail),
      maxTokens: limit === undefined ? null : readTokenLimit(view, limit),
      userId: metadata === undefined ? null : readUserId(view, metadata),
      hasTools: tools === undefined ? (tail ? false : null) : offersTools(view, tools),
      system: system === undefined ? null : readSystem(view, system),
    },
  };
}

/** Where the first token stands, after a byte order mark and white space. */
export function objectStart(view: ByteView): number {
  const marked = view.at(0) === 0xef && view.at(1) === 0xbb && view.at(2) === 0xbf;
  return skipSpace(view, marked ? 3 : 0);
}

/**
 * Reads members from the front until the model has been met, and on to the first list or object behind it.
 *
 * @returns The position after the last value read.
 */
function readHead(view: ByteView, position: number, found: Map<FieldName, Span>): Failure | number {
  let at = position;
  for (let first = true; ; first = false) {
    const known = found.has("model");
    const step = nextMember(view, at, first, known ? "scalars" : "all");
    // What is wrong behind the model is met again from the end.
    if (known && step.kind !== "member") return at;
    if (step.kind === "end") return skipSpace(view, step.position) === view.size ? at : broken();
    if (step.kind !== "member") return stepFailure(step);
    const duplicate = note(view, step.member, found);
    if (duplicate !== null) return duplicate;
    at = step.member.value.end;
  }
}

/**
 * Reads members from the end down to `floor`, the end of the last value that was read from the front.
 *
 * @returns Whether every member was read.
 */
function readTail(view: ByteView, floor: number, found: Map<FieldName, Span>): Failure | boolean {
  let end = view.size - 1;
  while (isSpace(view.at(end))) end -= 1;
  if (end < floor || view.at(end) !== CLOSE_BRACE) {
    return failure("not_json_object", "the request body is cut off: it does not end in a brace");
  }
  const budget = end - TAIL_BUDGET_BYTES;
  const whole = budget <= floor;
  const lowest = whole ? floor : budget;
  for (;;) {
    if (!whole && SOUGHT.every((name) => found.has(name))) return false;
    const step = previousMember(view, end, lowest);
    if (step.kind === "end") return whole;
    if (step.kind === "limit") return whole ? broken() : false;
    if (step.kind !== "member") return stepFailure(step);
    const duplicate = note(view, step.member, found);
    if (duplicate !== null) return duplicate;
    end = commaBefore(view, step.member.key.start, lowest);
    if (end < 0) return whole ? broken() : false;
  }
}

function note(view: ByteView, member: Member, found: Map<FieldName, Span>): Failure | null {
  const name = fieldName(view, member.key);
  if (name === null) return null;
  if (!found.has(name)) found.set(name, member.value);
  else if (mayStandOnce(name)) {
    return failure("duplicate_key", `the top-level "${name}" stands more than once`);
  }
  return null;
}

function stepFailure(step: MemberStep): Failure {
  return step.kind === "too_deep"
    ? failure("too_deep", "the request body is nested more than 128 levels deep")
    : broken();
}

function broken(): Failure {
  return failure("not_json_object", "the request body is not valid JSON");
}

function failure(reason: ScanIssue, message: string): Failure {
  return { success: false, reason, message };
}
