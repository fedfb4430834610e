import type { ServerResponse } from "node:http";
import { openMintTap } from "@ccp/lane-repair";
import type { StreamEnd, StreamReader } from "@ccp/token-extractors";
import { endReason } from "./end-reason.ts";
import { openRestore } from "./open-restore.ts";
import { pump } from "./pump.ts";
import type { Relayed, RelayInput } from "./relay.ts";
import type { CallFailure, UpstreamCall } from "./upstream-call.ts";

/** Between pings while an upstream has sent its head but no event yet. */
const PING_INTERVAL_MS = 15_000;

const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
const MESSAGE_STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

/** Passes a stream on, event bytes as they come, and ends it so that a client knows how it ended. */
export function relayStream(input: RelayInput): Promise<Relayed> {
  const { call, outgoing } = input;
  const reader = guardReader(input.extractor.openStream());
  const mints = input.onMint === null ? null : openMintTap({ isStream: true, onMint: input.onMint });
  const restorer = openRestore(input);
  const tail = { text: "" };
  outgoing.writeHead(input.status, [...input.headers]);
  // The head leaves with the first bytes in one write, unless there are none yet.
  const pings = call.held.length > 0 ? null : pingUntilFirstByte(call, outgoing);
  return new Promise((resolve) => {
    const finish = (failure: CallFailure | null): void => {
      if (pings !== null) clearInterval(pings);
      mints?.end();
      const end = reader.end();
      const ending = endStream(end, failure, input, tail.text);
      resolve({
        usage: end?.usage ?? null,
        usageInvalid: end?.invalidUsage ?? false,
        streamError: end?.error ?? null,
        readerFault: reader.fault(),
        bytes: call.bodyBytes,
        ...ending,
        repairs: [...(restorer?.restored ?? []), ...ending.repairs],
      });
    };
    const bodyEnd = { end: () => finish(null), fail: finish };
    const look = (chunk: Buffer): void => {
      const text = chunk.toString("latin1");
      tail.text = text.length >= TAIL_CHARS ? text.slice(-TAIL_CHARS) : (tail.text + text).slice(-TAIL_CHARS);
      reader.push(text);
      mints?.push(text);
    };
    pump(call, outgoing, bodyEnd, { data: look }, restorer);
  });
}

/** Enough to see a blank line, in any of its spellings. */
const TAIL_CHARS = 4;

type Ending = Pick<Relayed, "reason" | "failure" | "repairs">;

/** The upstream's stream is over: whole, whole but for its last event, or broken. */
function endStream(
  end: StreamEnd | null,
  failure: CallFailure | null,
  { outgoing, missingStop }: RelayInput,
  tail: string,
): Ending {
  const whole = end?.terminal === "message_stop" || end?.terminal === "done";
  if (failure?.kind === "aborted" && !whole) return { reason: "client_closed", failure, repairs: [] };
  switch (end?.terminal) {
    // A connection that breaks after the last event has broken nothing.
    case "message_stop":
    case "done":
      // A blank line that its sender left out in an orderly end is not added; one that was cut off is.
      outgoing.end(failure !== null && end.terminalUnclosed ? closeEvent(end, tail) : "");
      return { reason: "ok", failure: null, repairs: [] };
    case "message_delta":
      if (missingStop === "error") return endUnfinished(end, failure, outgoing, tail);
      // The whole answer is there; without its last event a client asks for all of it again.
      outgoing.end(closeEvent(end, tail) + MESSAGE_STOP);
      return { reason: "ok", failure: null, repairs: ["message_stop"] };
    case "error":
      outgoing.end(failure !== null && end.terminalUnclosed ? closeEvent(end, tail) : "");
      return { reason: "error", failure, repairs: [] };
    default:
      return endUnfinished(end, failure, outgoing, tail);
  }
}

function endUnfinished(
  end: StreamEnd | null,
  failure: CallFailure | null,
  outgoing: ServerResponse,
  tail: string,
): Ending {
  // Nothing that could be read as a Messages stream, and it ended in order: it is what the upstream meant to say.
  if (failure === null && !end?.started) {
    outgoing.end();
    return { reason: "ok", failure: null, repairs: [] };
  }
  const reason = failure === null ? "truncated" : endReason(failure);
  const words =
    reason === "stream_timeout" ? "the upstream went silent" : "the upstream's stream ended early";
  const data = JSON.stringify({ type: "error", error: { type: "api_error", message: words } });
  // In words and by a broken connection: a clean end would pass for a whole answer.
  outgoing.write(`${closeEvent(end, tail)}event: error\ndata: ${data}\n\n`, () => outgoing.destroy());
  return { reason, failure, repairs: [] };
}

/**
 * What closes an event that lacks its blank line, so that the next one stands for itself. One that was cut off is renamed:
 * its half JSON would make a client give up a stream whose answer is whole, and a ping is passed over.
 */
function closeEvent(end: StreamEnd | null, tail: string): string {
  if (tail === "" || /(?:\n\n|\r\n\r\n|\r\r)$/.test(tail)) return "";
  if (end?.terminalUnclosed) return "\n\n";
  return /[\n\r]$/.test(tail) ? "event: ping\n\n" : "\nevent: ping\n\n";
}

function pingUntilFirstByte(call: UpstreamCall, outgoing: ServerResponse): NodeJS.Timeout {
  outgoing.flushHeaders();
  const timer = setInterval(() => {
    if (call.firstByteAtMs === null) outgoing.write(PING);
    else clearInterval(timer);
  }, PING_INTERVAL_MS);
  return timer;
}

interface GuardedReader {
  push(text: string): void;
  /** `null` once the reader has failed: then nothing is known of the stream. */
  end(): StreamEnd | null;
  fault(): unknown;
}

/** A reader of tokens that fails is asked no more; the stream that it looked at goes on. */
function guardReader(reader: StreamReader): GuardedReader {
  let fault: unknown = null;
  return {
    push(text) {
      if (fault !== null) return;
      try {
        reader.push(text);
      } catch (error) {
        fault = error;
      }
    },
    end() {
      if (fault !== null) return null;
      try {
        return reader.end();
      } catch (error) {
        fault = error;
        return null;
      }
    },
    fault: () => fault,
  };
}
