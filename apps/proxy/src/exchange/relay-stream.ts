import type { ServerResponse } from "node:http";
import { openMintTap } from "@ccp/lane-repair";
import type { StreamEnd, StreamReader, StreamTerminal } from "@ccp/token-extractors";
import { endReason } from "./end-reason.ts";
import { LifeTimer } from "./life-timer.ts";
import { openRestore } from "./open-restore.ts";
import { pump } from "./pump.ts";
import type { Relayed, RelayInput } from "./relay.ts";
import { CallFailure, type LifeSign, type UpstreamCall } from "./upstream-call.ts";

/** Between pings while an upstream has sent its head but no event yet. */
const PING_INTERVAL_MS = 15_000;

/** An answer is over with its last event. Its connection may bring its own end, and e.g. a `[DONE]`, within this. */
const END_WAIT_MS = 200;
/** From the stop reason to the last event. Nothing is generated any more in between. */
const LAST_EVENT_WAIT_MS = 10_000;

const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
const MESSAGE_STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

/** Passes a stream on, event bytes as they come, and ends it so that a client knows how it ended. */
export function relayStream(input: RelayInput): Promise<void> {
  const { call, outgoing } = input;
  const reader = guardReader(input.extractor.openStream());
  const mints = input.onMint === null ? null : openMintTap({ isStream: true, onMint: input.onMint });
  const restorer = openRestore(input);
  const tail = { text: "" };
  let isBooked = false;
  const book = (end: StreamEnd | null, { reason, failure, repairs }: Ending): void => {
    if (isBooked) return;
    isBooked = true;
    mints?.end();
    input.onEnd({
      reason,
      failure,
      usage: end?.usage ?? null,
      usageInvalid: end?.invalidUsage ?? false,
      streamError: end?.error ?? null,
      readerFault: reader.fault(),
      bytes: call.bodyBytes,
      repairs: [...(restorer?.restored ?? []), ...repairs],
    });
  };
  outgoing.writeHead(input.status, [...input.headers]);
  // The head leaves with the first bytes in one write, unless there are none yet.
  const pings = call.held.length > 0 ? null : pingUntilFirstByte(call, outgoing);
  return new Promise((resolve) => {
    let progress = 0;
    let pingsSeen = 0;
    let sign: LifeSign = "nothing";
    const last: LastEvents = { timer: null, terminal: "none", cutShort: false };
    const finish = (failure: CallFailure | null, flush: () => void): void => {
      if (pings !== null) clearInterval(pings);
      last.timer?.stop();
      const end = reader.end();
      const { ending, text, connection } = endStream(
        end,
        failure,
        { ...input, cutShort: last.cutShort },
        tail.text,
      );
      book(end, ending);
      flush();
      if (connection === "end") outgoing.end(text);
      if (connection === "break") outgoing.write(text, () => outgoing.destroy());
      resolve();
    };
    const bodyEnd = {
      end: (flush: () => void) => finish(null, flush),
      fail: (failure: CallFailure) => finish(failure, () => {}),
    };
    const look = (chunk: Buffer): void => {
      const text = chunk.toString("latin1");
      tail.text = text.length >= TAIL_CHARS ? text.slice(-TAIL_CHARS) : (tail.text + text).slice(-TAIL_CHARS);
      reader.push(text);
      mints?.push(text);
      sign = reader.pings() > pingsSeen ? "ping" : "nothing";
      if (reader.fault() !== null || reader.progress() > progress) sign = "answer";
      pingsSeen = reader.pings();
      progress = reader.progress();
      if (sign === "answer") awaitEnd(last, reader.terminal() ?? "none", leave);
      if (!isBooked && isWhole(reader.terminal())) book(reader.end(), ENDED_WELL);
    };
    const leave = (): void => {
      last.cutShort = true;
      stop();
      call.abort(new CallFailure("aborted", null));
    };
    const stop = pump({
      call,
      outgoing,
      stallMs: input.stallMs,
      end: bodyEnd,
      tap: { data: look, showed: () => sign },
      rewriter: restorer,
    });
  });
}

/** What is waited for once an answer has said how it ends. */
interface LastEvents {
  timer: LifeTimer | null;
  terminal: StreamTerminal;
  /** The end did not come; the connection was left. */
  cutShort: boolean;
}

/** Leaves a connection that brings no end of its own some time after the answer has. */
function awaitEnd(last: LastEvents, terminal: StreamTerminal, leave: () => void): void {
  const isGenerated = terminal === "message_delta";
  if (terminal === last.terminal) {
    if (isGenerated) last.timer?.life();
    return;
  }
  last.terminal = terminal;
  last.timer?.stop();
  last.timer = new LifeTimer(isGenerated ? LAST_EVENT_WAIT_MS : END_WAIT_MS, leave);
}

const ENDED_WELL: Ending = { reason: "ok", failure: null, repairs: [] };

/** With its last event a client has all of a stream, however long the connection stays open behind it. */
function isWhole(terminal: StreamTerminal | null): boolean {
  return terminal === "message_stop" || terminal === "done";
}

/** Enough to see a blank line, in any of its spellings. */
const TAIL_CHARS = 4;

type Ending = Pick<Relayed, "reason" | "failure" | "repairs">;

/** How a stream ended, and what its client gets last. */
interface StreamEnding {
  readonly ending: Ending;
  readonly text: string;
  /** How the connection goes on behind it; `left`: nobody reads any more. */
  readonly connection: "end" | "break" | "left";
}

/** The upstream's stream is over: whole, whole but for its last event, or broken. */
function endStream(
  end: StreamEnd | null,
  failure: CallFailure | null,
  { missingStop, cutShort }: Pick<RelayInput, "missingStop"> & Pick<LastEvents, "cutShort">,
  tail: string,
): StreamEnding {
  const terminal = end?.terminal ?? null;
  if (failure?.kind === "aborted" && !isWhole(terminal))
    return { ending: { reason: "client_closed", failure, repairs: [] }, text: "", connection: "left" };
  // A blank line that its sender left out in an orderly end is not added; one that was cut off is.
  const closing = (failure !== null || cutShort) && end?.terminalUnclosed ? closeEvent(end, tail) : "";
  // A connection that breaks after the last event has broken nothing.
  if (isWhole(terminal)) return { ending: ENDED_WELL, text: closing, connection: "end" };
  if (terminal === "error")
    return { ending: { reason: "error", failure, repairs: [] }, text: closing, connection: "end" };
  if (terminal !== "message_delta" || missingStop === "error") return endUnfinished(end, failure, tail);
  // The whole answer is there; without its last event a client asks for all of it again.
  const text = closeEvent(end, tail) + MESSAGE_STOP;
  return { ending: { ...ENDED_WELL, repairs: ["message_stop"] }, text, connection: "end" };
}

function endUnfinished(end: StreamEnd | null, failure: CallFailure | null, tail: string): StreamEnding {
  // Nothing that could be read as a Messages stream, and it ended in order: it is what the upstream meant to say.
  if (failure === null && !end?.started) return { ending: ENDED_WELL, text: "", connection: "end" };
  const reason = failure === null ? "truncated" : endReason(failure);
  const words =
    reason === "stream_timeout" ? "the upstream went silent" : "the upstream's stream ended early";
  const data = JSON.stringify({ type: "error", error: { type: "api_error", message: words } });
  const text = `${closeEvent(end, tail)}event: error\ndata: ${data}\n\n`;
  // In words and by a broken connection: a clean end would pass for a whole answer.
  return { ending: { reason, failure, repairs: [] }, text, connection: "break" };
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
  /** What the stream has ended by; `null` once the reader has failed. */
  terminal(): StreamTerminal | null;
  /** `null` once the reader has failed: then nothing is known of the stream. */
  end(): StreamEnd | null;
  progress(): number;
  pings(): number;
  fault(): unknown;
}

/** A reader of tokens that fails is asked no more; the stream that it looked at goes on. */
function guardReader(reader: StreamReader): GuardedReader {
  let fault: unknown = null;
  let terminal: StreamTerminal = "none";
  return {
    push(text) {
      if (fault !== null) return;
      try {
        reader.push(text);
        terminal = reader.terminal;
      } catch (error) {
        fault = error;
      }
    },
    terminal: () => (fault === null ? terminal : null),
    end() {
      if (fault !== null) return null;
      try {
        return reader.end();
      } catch (error) {
        fault = error;
        return null;
      }
    },
    progress: () => (fault === null ? reader.progress : 0),
    pings: () => (fault === null ? reader.pings : 0),
    fault: () => fault,
  };
}
