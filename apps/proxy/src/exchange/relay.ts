import type { ServerResponse } from "node:http";
import type { MissingStopMode } from "@ccp/provider-catalog";
import type { StreamError, TokenExtractor } from "@ccp/token-extractors";
import { ANTHROPIC_LANE, type EndReason, type TokenUsage } from "@ccp/usage-contract";
import { connectionNames, eachHeader, mayGoDownstream, passiveType, SHIELD } from "../http/header-rules.ts";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";
import type { Restore } from "./fit-request.ts";
import { relayStream } from "./relay-stream.ts";
import { relayWhole } from "./relay-whole.ts";
import type { CallFailure, UpstreamCall } from "./upstream-call.ts";

/** How an answer's body ended, and what it said of tokens. */
export interface Relayed {
  readonly reason: EndReason;
  readonly usage: TokenUsage | null;
  readonly usageInvalid: boolean;
  readonly failure: CallFailure | null;
  /** An `error` event passed inside the stream. */
  readonly streamError: StreamError | null;
  /** What the reader of tokens threw; its answer is passed on all the same. */
  readonly readerFault: unknown;
  /** Names of what was added to the bytes, e.g. a missing `message_stop`. */
  readonly repairs: readonly string[];
  readonly bytes: number;
}

export interface RelayInput {
  readonly call: UpstreamCall;
  readonly outgoing: ServerResponse;
  readonly status: number;
  readonly headers: readonly string[];
  readonly isStream: boolean;
  /** Only the end of the connection tells where the body ends. */
  readonly isUnframed: boolean;
  /** Longest time in which a client that is written to takes nothing. */
  readonly stallMs: number;
  readonly extractor: TokenExtractor;
  /** What the answer has to be given back; `null`: it passes as it comes. */
  readonly restore: Restore | null;
  /** What becomes of a stream that lacks only its `message_stop`. */
  readonly missingStop: MissingStopMode;
  /** Told of each signature and tool id in the answer; `null`: nobody wants to know. */
  readonly onMint: ((mint: string) => void) | null;
  /** Told once how the body ended, before the client can know that it has all of it. */
  readonly onEnd: (relayed: Relayed) => void;
}

/**
 * Passes an answer on, chunk by chunk, and reads its usage from what passes. Nothing is held back or written anew, but
 * for names that have to be restored, and for the last bytes until their answer is booked; a slow client stops the
 * upstream.
 */
export function relay(input: RelayInput): Promise<void> {
  return input.isStream ? relayStream(input) : relayWhole(input);
}

/** A shorter one is a word, and would take harmless headers with it. */
const MIN_SECRET_CHARS = 6;

/**
 * The client's headers of an answer: the upstream's own, less what is not the client's, plus where it came from. A header
 * that repeats the lane's key goes no further; some upstreams send back what they were sent.
 */
export function downstreamHeaders(
  raw: readonly string[],
  { lane, secret }: Pick<LaneRuntime, "secret"> & { readonly lane: { readonly id: string } },
  mayChangeLength: boolean,
  given: Readonly<Record<string, string>>,
): string[] {
  const listed = connectionNames(raw);
  const own = { ...SHIELD, ...given };
  const key = secret !== null && secret.length >= MIN_SECRET_CHARS ? secret.toLowerCase() : null;
  const headers: string[] = [];
  eachHeader(raw, (name, value, spelled) => {
    if (!mayGoDownstream(name, listed, lane.id === ANTHROPIC_LANE)) return;
    if (mayChangeLength && name === "content-length") return;
    if (Object.hasOwn(own, name)) return;
    if (key !== null && (name.includes(key) || value.toLowerCase().includes(key))) return;
    headers.push(spelled, name === "content-type" ? passiveType(value) : value);
  });
  for (const [name, value] of Object.entries(own)) headers.push(name, value);
  return headers;
}
